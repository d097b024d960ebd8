import { mkdtemp, chmod, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { allDrills } from '../chaos/all-drills.ts'
import { runDrills } from '../chaos/run-drills.ts'
import { runChecks } from '../check/run-checks.ts'
import { together, type Results } from '../results.ts'
import { buildWeb } from '../start/build-web.ts'
import { repository } from '../start/config.ts'
import { findChromium } from './find-chromium.ts'
import { runJest } from './run-jest.ts'
import { startTestServers } from './start-test-servers.ts'
import { withRunningBerth } from './with-running-berth.ts'
import type { TestConfiguration } from './config.ts'

/** Answers whether all passed; the last line says how many did. */
export async function runAllTests(
  configuration: TestConfiguration,
  paths: string[],
  signal: AbortSignal,
): Promise<boolean> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'berth-test-'))
  // PostgreSQL's user has to get to its data.
  await chmod(folder, 0o755)
  try {
    const parts =
      paths.length > 0
        ? await those(configuration, paths, folder, signal)
        : await everything(configuration, folder, signal)
    const { passed, failures } = together(parts)
    // Once more at the end: what else was printed is long.
    for (const failure of failures) console.log(`\nfailed: ${failure}`)
    console.log(`\n${passed} passed, ${failures.length} failed`)
    return failures.length === 0 && passed > 0
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function everything(configuration: TestConfiguration, folder: string, signal: AbortSignal): Promise<Results[]> {
  await buildWeb()
  const chromium = await findChromium(configuration)
  const checks = await runChecks()
  const tests = await testsAt(withBrowser(configuration, chromium), [], folder, signal)
  const journeys = await journeysAt(configuration, [], chromium, folder, signal)
  return [checks, tests, journeys, await shortDrills(signal)]
}

async function those(
  configuration: TestConfiguration,
  paths: string[],
  folder: string,
  signal: AbortSignal,
): Promise<Results[]> {
  const { journeys = [], tests = [] } = Object.groupBy(paths, (given) =>
    /^(\.\/)?e2e(\/|$)/.test(given) ? 'journeys' : 'tests',
  )
  const parts: Results[] = []
  if (tests.length > 0) parts.push(await testsAt(await readyFor(tests, configuration), tests, folder, signal))
  if (journeys.length > 0)
    parts.push(await journeysAt(configuration, journeys, await findChromium(configuration), folder, signal))
  if (tests.some((given) => /^(\.\/)?tools\/chaos\/?$/.test(given))) parts.push(await shortDrills(signal))
  return parts
}

/** Tests of the portal's pages drive the built portal in a browser. */
async function readyFor(tests: string[], configuration: TestConfiguration): Promise<TestConfiguration> {
  if (!tests.some((given) => /^(\.\/)?web(\/|$)/.test(given))) return configuration
  await buildWeb()
  return withBrowser(configuration, await findChromium(configuration))
}

const withBrowser = (configuration: TestConfiguration, chromium: string): TestConfiguration => ({
  ...configuration,
  environment: { ...configuration.environment, CHROMIUM_BINARY: chromium },
})

/** Drills in their short form, with the same faults each time. */
const shortDrills = (signal: AbortSignal): Promise<Results> =>
  runDrills({
    drills: allDrills,
    seed: 1,
    signal,
    isLong: false,
    withLog: false,
    stays: false,
    judgesTimes: false,
    sideBySide: true,
  })

/** Journeys mostly wait, for leases to end and things to come back: more of them than processors go on side by side. */
const journeysAtOnce = 5

const journeySettings = {
  BERTH_CONFIG: path.join(repository, 'e2e', 'berth.yaml'),
  // Journeys wait for what reconciling repairs.
  BERTH_RECONCILE_SECONDS: '5',
}

const journeysAt = (
  configuration: TestConfiguration,
  paths: string[],
  chromium: string,
  folder: string,
  signal: AbortSignal,
): Promise<Results> =>
  withRunningBerth(configuration, path.join(folder, 'home'), signal, journeySettings, (home) =>
    runJest({
      config: 'jest.e2e.config.mjs',
      paths,
      workers: journeysAtOnce,
      environment: { ...withBrowser(configuration, chromium).environment, BERTH_HOME: home },
      folder,
      signal,
    }),
  )

/** All tests but the journeys, or those at the given paths, on one PostgreSQL and one Temporal. */
async function testsAt(
  { environment }: TestConfiguration,
  paths: string[],
  folder: string,
  signal: AbortSignal,
): Promise<Results> {
  const servers = await startTestServers(path.join(folder, 'servers'), environment)
  try {
    return await runJest({
      config: 'jest.config.mjs',
      paths,
      environment: { ...environment, ...servers.environment },
      folder,
      signal,
    })
  } finally {
    await servers.stop()
  }
}

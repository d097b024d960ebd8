import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Refusal } from '../refusal.ts'
import { inheritedEnvironment, repository } from '../start/config.ts'
import { postgresPlace } from '../start/postgres/postgres-place.ts'
import { removePostgres } from '../start/postgres/remove-postgres.ts'
import { freePortBase } from './free-ports.ts'
import type { TestConfiguration } from './config.ts'

const pollMilliseconds = 200

/** Does the work while `npm start` runs everything in a home of its own and with these settings, then stops it. */
export async function withRunningBerth<T>(
  { environment }: TestConfiguration,
  home: string,
  signal: AbortSignal,
  settings: Record<string, string>,
  work: (home: string) => Promise<T>,
): Promise<T> {
  await mkdir(home, { recursive: true, mode: 0o755 })
  const berth = spawn(process.execPath, [path.join(repository, 'tools', 'start.mjs')], {
    cwd: repository,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...inheritedEnvironment(environment),
      BERTH_HOME: home,
      BERTH_PORT_BASE: String(await freePortBase()),
      ...settings,
    },
  })
  try {
    await untilReady(berth, home, signal)
    return await work(home)
  } finally {
    await ended(berth)
    removePostgres(postgresPlace(home))
  }
}

async function untilReady(berth: ChildProcess, home: string, signal: AbortSignal): Promise<void> {
  while (!existsSync(path.join(home, 'run.json'))) {
    signal.throwIfAborted()
    if (berth.exitCode !== null)
      throw new Refusal('The journeys did not run, since `npm start` ended before it was ready.')
    await delay(pollMilliseconds)
  }
}

async function ended(berth: ChildProcess): Promise<void> {
  if (berth.exitCode !== null || berth.signalCode !== null) return
  const end = new Promise((resolve) => berth.on('close', resolve))
  berth.kill('SIGTERM')
  await end
}

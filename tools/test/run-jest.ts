import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { repository } from '../start/config.ts'
import type { Results } from '../results.ts'
import { signalGroup } from '../start/signals.ts'
import { jestResults, type JestReport } from './jest-results.ts'

export const jestWorkers = 2

interface JestRun {
  config: string
  paths: string[]
  workers?: number
  environment: Record<string, string | undefined>
  /** Where its report may be put. */
  folder: string
  signal: AbortSignal
}

/** Runs jest on the terminal and answers what came of it; a jest that did not get to its end counts as one failure. */
export async function runJest({
  config,
  paths,
  workers = jestWorkers,
  environment,
  folder,
  signal,
}: JestRun): Promise<Results> {
  const report = path.join(folder, `${config}.json`)
  const jest = path.join(repository, 'node_modules', 'jest', 'bin', 'jest.js')
  const options = ['--config', config, `--maxWorkers=${workers}`, '--json', '--outputFile', report]
  await new Promise<void>((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, ...options, ...paths],
      // With --json jest writes the report to standard output as well; people read standard error.
      { cwd: repository, stdio: ['ignore', 'ignore', 'inherit'], env: environment, detached: true },
    )
    // Jest leaves its own workers behind when it is ended, so its whole group is.
    const end = () => child.pid !== undefined && signalGroup(child.pid, 'SIGKILL')
    signal.addEventListener('abort', end)
    child.on('error', reject)
    child.on('close', () => {
      signal.removeEventListener('abort', end)
      end()
      if (signal.aborted) reject(new Error('stopped'))
      else resolve()
    })
  })
  const found = await readFile(report, 'utf8').catch(() => undefined)
  if (found === undefined) return { passed: 0, failures: [`jest did not get to its end (${config})`] }
  return jestResults(JSON.parse(found) as JestReport, repository)
}

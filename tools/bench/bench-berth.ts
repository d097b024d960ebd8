import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseDocument } from 'yaml'
import { repository } from '../start/config.ts'
import type { RunFile } from '@berth/testing/run-file.ts'
import { inheritedEnvironment } from './config.ts'

export interface Simulated {
  /** How long the simulator's clone task takes. */
  cloneSeconds: number
  /** From power on to the guest's address. */
  guestSeconds: number
  /** The agent logs each call to vCenter, which costs time: not for measuring time. */
  logsCalls: boolean
}

export interface BenchBerth {
  run: RunFile
  /** Lines of the agents' logs so far, parsed. */
  agentLog(): { msg?: string; method?: string }[]
  stop(): Promise<void>
}

const portBase = 19_080
const startWithinSeconds = 300

/** A Berth of its own beside whatever runs: known delays at the vCenter, no settle time, quotas out of the way. */
export async function startBenchBerth({ cloneSeconds, guestSeconds, logsCalls }: Simulated): Promise<BenchBerth> {
  const home = mkdtempSync(path.join(tmpdir(), 'berth-bench-'))
  // PostgreSQL's own user has to reach it.
  chmodSync(home, 0o755)
  const configuration = path.join(home, 'bench.yaml')
  writeFileSync(configuration, benchConfiguration())
  const child = spawn(process.execPath, ['tools/start.mjs'], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...inheritedEnvironment(),
      BERTH_HOME: home,
      BERTH_PORT_BASE: String(portBase),
      BERTH_CONFIG: configuration,
      BERTH_VCSIM_METHOD_DELAY: `CloneVm:${cloneSeconds * 1_000}`,
      BERTH_GUEST_BOOT_SECONDS: String(guestSeconds),
      BERTH_LOG_LEVEL: logsCalls ? 'debug' : 'info',
    },
  })
  child.stdout.pipe(process.stderr)
  const run = await whenReady(path.join(home, 'run.json'), child)
  return {
    run,
    agentLog: () => run.sites.flatMap(({ id }) => jsonLines(path.join(home, 'logs', `agent-${id}.log`))),
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGINT')
      await ended
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function benchConfiguration(): string {
  const document = parseDocument(readFileSync(path.join(repository, 'berth.yaml'), 'utf8'))
  const policies = {
    ...(document.toJS() as { policies: object }).policies,
    addressSettleSeconds: 0,
    minLeaseSeconds: 10,
    graceSeconds: 4,
    warningSeconds: [16, 12, 8, 4],
    capGraceAndUndoAtFirstLease: false,
  }
  document.set('policies', document.createNode(policies))
  document.set('quotas', document.createNode([]))
  return document.toString()
}

async function whenReady(file: string, child: ChildProcess): Promise<RunFile> {
  const deadline = Date.now() + startWithinSeconds * 1_000
  while (!existsSync(file)) {
    if (child.exitCode !== null) throw new Error(`Berth did not start: it ended with ${child.exitCode}`)
    if (Date.now() > deadline) throw new Error(`Berth was not ready within ${startWithinSeconds} s`)
    await pause(200)
  }
  return JSON.parse(readFileSync(file, 'utf8')) as RunFile
}

function jsonLines(file: string): { msg?: string; method?: string }[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const start = line.indexOf('{')
      try {
        return start < 0 ? [] : [JSON.parse(line.slice(start)) as { msg?: string; method?: string }]
      } catch {
        return []
      }
    })
}

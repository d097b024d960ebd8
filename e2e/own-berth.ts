import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { testConfiguration } from '@berth/testing/config.ts'
import { readRunFile } from '@berth/testing/run-file.ts'
import { until } from '@berth/testing/until.ts'

const repository = path.join(import.meta.dirname, '..')
const portsOfACopy = 30

/** A Berth of one journey's own, that may be stopped and killed. */
export interface OwnBerth {
  home: string
  /** Resolves when it is ready. */
  start: () => Promise<void>
  /** Ctrl-C; answers the exit code. */
  interrupt: () => Promise<number | null>
  /** kill -9 of the supervisor: it does not get to clean up. */
  kill: () => Promise<void>
  /** Command lines of processes that belong to this home. */
  leftRunning: () => Promise<string[]>
  remove: () => Promise<void>
}

export async function ownBerth(): Promise<OwnBerth> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'berth-restart-'))
  // PostgreSQL's user has to get to its data.
  await chmod(home, 0o755)
  const portBase = String(await freePortBase())
  let berth: ChildProcess | undefined
  let killed: number | undefined

  const supervisor = async () => (await readRunFile(home)).pids.supervisor
  const isReady = async (child: ChildProcess) => {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`)
    // One that was killed leaves its file behind; the next start removes it first.
    return existsSync(path.join(home, 'run.json')) && (await supervisor()) !== killed
  }
  const ended = (child: ChildProcess): Promise<number | null> =>
    child.exitCode !== null || child.signalCode !== null
      ? Promise.resolve(child.exitCode)
      : new Promise((resolve) => child.on('exit', (code) => resolve(code)))
  const interrupt = async () => {
    berth?.kill('SIGINT')
    return berth === undefined ? null : ended(berth)
  }
  return {
    home,
    async start() {
      const { BERTH_CONFIG: _, DATABASE_URL: __, TEMPORAL_ADDRESS: ___, ...clean } = testConfiguration.environment()
      const child = spawn(process.execPath, [path.join(repository, 'tools', 'start.mjs')], {
        cwd: repository,
        stdio: 'ignore',
        env: { ...clean, BERTH_HOME: home, BERTH_PORT_BASE: portBase },
      })
      berth = child
      await until('npm start to be ready', () => isReady(child), 120)
    },
    interrupt,
    async kill() {
      killed = await supervisor()
      process.kill(killed, 'SIGKILL')
      if (berth !== undefined) await ended(berth)
    },
    leftRunning: () => processesOf(home),
    async remove() {
      await interrupt()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** Every process of a copy has its home in its environment. */
async function processesOf(home: string): Promise<string[]> {
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
    if (!environment.split('\0').includes(`BERTH_HOME=${home}`)) continue
    found.push((await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' '))
  }
  return found
}

async function freePortBase(): Promise<number> {
  for (let base = 31_080; base < 40_000; base += 100) {
    const ports = Array.from({ length: portsOfACopy }, (_, offset) => base + offset)
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return base
  }
  throw new Error('no free range of ports was found for a copy of Berth')
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = net.createServer()
    server.on('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

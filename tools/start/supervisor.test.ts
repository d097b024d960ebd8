import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { isSameProcess, processIdentity } from './process-identity.ts'
import { processLog, type ProcessLog } from './process-log.ts'
import type { ProcessPlan } from './process-plan.ts'
import { processRecord } from './process-record.ts'
import { stopLeftovers } from './stop-leftovers.ts'
import { Supervisor } from './supervisor.ts'

let home: string
let said: string[]
let log: ProcessLog
let supervisors: Supervisor[]

beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'berth-supervisor-'))
  said = []
  supervisors = []
  log = processLog(path.join(home, 'logs'), { verbose: true, print: (line) => said.push(line) })
})

afterEach(async () => {
  for (const supervisor of supervisors) await supervisor.stop()
  log.close()
  rmSync(home, { recursive: true })
})

function aSupervisor(stopWithinSeconds = 5): Supervisor {
  const supervisor = new Supervisor({
    log,
    record: processRecord(home),
    environment: {},
    stopWithinSeconds,
    restartDelay: () => 1,
  })
  supervisors.push(supervisor)
  return supervisor
}

/** A process that runs the given statements, after them says it is ready, and then stays. */
const aProcess = (name: string, script = '', more: Partial<ProcessPlan> = {}): ProcessPlan => ({
  name,
  command: process.execPath,
  args: ['-e', `${script}; console.log('ready'); setInterval(() => {}, 1000)`],
  ready: { says: /^ready$/ },
  ...more,
})

/** Resolves when the condition holds; the test's own time limit ends a wait in vain. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}

const pidOf = (supervisor: Supervisor, name: string): number => {
  const pid = supervisor.pidOf(name)
  if (pid === undefined) throw new Error(`${name} does not run`)
  return pid
}

describe('starting', () => {
  test('a group starts only when the one before it serves', async () => {
    const supervisor = aSupervisor()
    await supervisor.start([aProcess('database', "console.log('database starts')")])
    await supervisor.start([aProcess('api', "console.log('api starts')")])
    const lines = said.map((line) => line.replace(/ +/, ': '))
    expect(lines).toEqual(['database: database starts', 'database: ready', 'api: api starts', 'api: ready'])
  })

  test('a process serves when its port accepts connections', async () => {
    const port = await freePort()
    const listens = `require('node:net').createServer().listen(${port}, '127.0.0.1')`
    await aSupervisor().start([aProcess('server', listens, { ready: { acceptsTcp: port } })])
  })

  test('a process serves when its address answers with success', async () => {
    const port = await freePort()
    const answers = `let asked = 0; require('node:http').createServer((_, a) => a.writeHead(asked++ === 0 ? 503 : 200).end()).listen(${port}, '127.0.0.1')`
    const plan = aProcess('api', answers, { ready: { answersHttp: `http://127.0.0.1:${port}/readyz` } })
    await aSupervisor().start([plan])
  })

  test('a process that ends again and again before it serves is refused with its last words', async () => {
    const failing = { ...aProcess('api'), args: ['-e', "console.error('no configuration'); process.exit(3)"] }
    await expect(aSupervisor().start([failing])).rejects.toThrow(
      /^api does not start: it ended with 3 \(.*api\.log\)\.\n {2}no configuration$/,
    )
  })

  test('a program that is not there is refused', async () => {
    const missing = { ...aProcess('api'), command: path.join(home, 'nothing') }
    await expect(aSupervisor().start([missing])).rejects.toThrow(/could not be started: .*ENOENT/)
  })

  test('what must be done before a start is done before every start', async () => {
    let prepared = 0
    const plan = aProcess('database', '', { beforeStart: async () => void (prepared += 1) })
    const supervisor = aSupervisor()
    await supervisor.start([plan])
    process.kill(pidOf(supervisor, 'database'), 'SIGKILL')
    await until(() => prepared === 2)
  })
})

describe('a process that dies', () => {
  test('is started again, and the others go on', async () => {
    const supervisor = aSupervisor()
    await supervisor.start([aProcess('api'), aProcess('workers')])
    const before = { api: pidOf(supervisor, 'api'), workers: pidOf(supervisor, 'workers') }
    process.kill(before.api, 'SIGKILL')
    await until(() => said.includes('api is running again.'))
    expect(pidOf(supervisor, 'api')).not.toBe(before.api)
    expect(pidOf(supervisor, 'workers')).toBe(before.workers)
  })

  test('is told to whoever follows the processes', async () => {
    const supervisor = aSupervisor()
    await supervisor.start([aProcess('api')])
    const first = pidOf(supervisor, 'api')
    const seen = new Set<number | undefined>()
    supervisor.whenChanged(() => seen.add(supervisor.pidOf('api')))
    process.kill(first, 'SIGKILL')
    await until(() => said.includes('api is running again.'))
    expect(seen).toEqual(new Set([undefined, supervisor.pidOf('api')]))
  })

  test('takes what it had started with it', async () => {
    const supervisor = aSupervisor()
    const withChild = `const c = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); console.log('child ' + c.pid)`
    await supervisor.start([aProcess('api', withChild)])
    const child = Number(
      said
        .find((line) => line.includes('child '))
        ?.split(' ')
        .at(-1),
    )
    process.kill(pidOf(supervisor, 'api'), 'SIGKILL')
    await until(() => processIdentity(child) === undefined)
  })
})

describe('stopping', () => {
  test('goes in the opposite order and leaves nothing', async () => {
    const says = "process.on('SIGTERM', () => { console.log('stops'); process.exit() })"
    const supervisor = aSupervisor()
    await supervisor.start([aProcess('database', says)])
    await supervisor.start([aProcess('api', says)])
    const pids = [pidOf(supervisor, 'database'), pidOf(supervisor, 'api')]
    await supervisor.stop()
    expect(said.filter((line) => line.endsWith('stops')).map((line) => line.split(' ')[0])).toEqual(['api', 'database'])
    expect(pids.map(processIdentity)).toEqual([undefined, undefined])
    expect(processRecord(home).read()).toBeUndefined()
  })

  test('a process that does not want to stop is killed', async () => {
    const supervisor = aSupervisor(0.1)
    await supervisor.start([aProcess('api', "process.on('SIGTERM', () => {})")])
    const pid = pidOf(supervisor, 'api')
    await supervisor.stop()
    expect(processIdentity(pid)).toBeUndefined()
  })

  test('asked for while a process is still starting, it leaves nothing either', async () => {
    const supervisor = aSupervisor()
    const never = { ...aProcess('api'), args: ['-e', 'setInterval(() => {}, 1000)'] }
    void supervisor.start([never])
    await until(() => supervisor.pidOf('api') !== undefined)
    const pid = pidOf(supervisor, 'api')
    await supervisor.stop()
    expect(processIdentity(pid)).toBeUndefined()
  })
})

describe('after a kill -9 of the supervisor', () => {
  test('the next start stops what was left', async () => {
    const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
    const pid = left.pid as number
    const supervisor = { pid: process.pid, startedAt: 'earlier' }
    writeFileSync(
      path.join(home, 'processes.json'),
      JSON.stringify({ supervisor, processes: [{ name: 'api', ...processIdentity(pid) }] }),
    )
    expect(await stopLeftovers(processRecord(home), home)).toEqual(['api'])
    expect(processIdentity(pid)).toBeUndefined()
    expect(processRecord(home).read()).toBeUndefined()
  })

  test('a process id that meanwhile belongs to another process is left alone', async () => {
    const identity = processIdentity(process.pid)
    writeFileSync(
      path.join(home, 'processes.json'),
      JSON.stringify({
        supervisor: { pid: process.pid, startedAt: 'earlier' },
        processes: [{ name: 'api', pid: process.pid, startedAt: 'earlier' }],
      }),
    )
    expect(await stopLeftovers(processRecord(home), home)).toEqual([])
    expect(identity && isSameProcess(identity)).toBe(true)
  })

  test('a supervisor that still runs is not disturbed', async () => {
    const supervisor = aSupervisor()
    await supervisor.start([aProcess('api')])
    await expect(stopLeftovers(processRecord(home), home)).rejects.toThrow(
      `Berth already runs from ${home} (process ${process.pid}): stop it, or start another copy with its own BERTH_HOME and BERTH_PORT_BASE.`,
    )
  })
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })
}

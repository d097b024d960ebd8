import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@berth/testing/until.ts'
import type { Supervisor } from '../../start/supervisor.ts'
import type { FaultPlan } from '../fault-plan.ts'

/** Berth's processes in the hands of a drill. The supervisor starts again what was killed. */
export interface Processes {
  /** Resolves when it is dead; false when it did not run, as one that is just being started again. */
  kill(name: string): Promise<boolean>
  freeze(name: string): void
  wake(name: string): void
  pidOf(name: string): number | undefined
  /** How often it was killed while it ran. */
  killsOf(name: string): number
  kills(): number
  /** When each of them was killed, in milliseconds since the epoch. */
  killedAt(): readonly number[]
}

/** `beforeKill` gets its chance to look at what a process is about to take along. */
export function processes(
  supervisor: Supervisor,
  plan: FaultPlan,
  beforeKill: (name: string) => Promise<void>,
): Processes {
  const killed = new Map<string, Set<number>>()
  const times: number[] = []
  const signal = (name: string, what: NodeJS.Signals): number | undefined => {
    const pid = supervisor.pidOf(name)
    if (pid === undefined) return undefined
    try {
      process.kill(pid, what)
      return pid
    } catch {
      return undefined
    }
  }
  const pidsOf = (name: string): Set<number> => {
    const pids = killed.get(name) ?? new Set()
    killed.set(name, pids)
    return pids
  }
  return {
    async kill(name) {
      await beforeKill(name)
      const pid = signal(name, 'SIGKILL')
      // The second of two that come at once meets a dead one.
      if (pid === undefined || pidsOf(name).has(pid)) return false
      pidsOf(name).add(pid)
      times.push(Date.now())
      plan.note(`${name} (${pid}): SIGKILL`)
      await until(`${name} to be dead`, async () => supervisor.pidOf(name) !== pid, 30)
      // Its sockets are closed by the system a moment after it.
      await pause(20)
      return true
    },
    freeze(name) {
      plan.note(`${name} (${signal(name, 'SIGSTOP')}): SIGSTOP`)
    },
    wake(name) {
      plan.note(`${name} (${signal(name, 'SIGCONT')}): SIGCONT`)
    },
    pidOf: (name) => supervisor.pidOf(name),
    killsOf: (name) => pidsOf(name).size,
    kills: () => times.length,
    killedAt: () => times,
  }
}

import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@berth/testing/until.ts'
import type { Supervisor } from '../../start/supervisor.ts'
import type { FaultPlan } from '../fault-plan.ts'

/** Berth's processes in the hands of a drill. The supervisor starts again what was killed. */
export interface Processes {
  /** Resolves when it is dead; one that is just being started again is left alone. */
  kill(name: string): Promise<void>
  freeze(name: string): void
  wake(name: string): void
  pidOf(name: string): number | undefined
  /** How often it was killed. */
  killsOf(name: string): number
  kills(): number
}

export function processes(supervisor: Supervisor, plan: FaultPlan): Processes {
  const kills = new Map<string, number>()
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
  return {
    async kill(name) {
      const pid = signal(name, 'SIGKILL')
      if (pid === undefined) return
      kills.set(name, (kills.get(name) ?? 0) + 1)
      plan.note(`${name} (${pid}): SIGKILL`)
      await until(`${name} to be dead`, async () => supervisor.pidOf(name) !== pid, 10)
      // Its sockets are closed by the system a moment after it.
      await pause(20)
    },
    freeze(name) {
      plan.note(`${name} (${signal(name, 'SIGSTOP')}): SIGSTOP`)
    },
    wake(name) {
      plan.note(`${name} (${signal(name, 'SIGCONT')}): SIGCONT`)
    },
    pidOf: (name) => supervisor.pidOf(name),
    killsOf: (name) => kills.get(name) ?? 0,
    kills: () => [...kills.values()].reduce((sum, count) => sum + count, 0),
  }
}

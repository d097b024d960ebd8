import { setTimeout as delay } from 'node:timers/promises'
import { Refusal } from '../refusal.ts'
import { isSameProcess } from './process-identity.ts'
import type { ProcessRecord, RunningProcess } from './process-record.ts'
import { signalGroup, signalProcess } from './signals.ts'

const pollMilliseconds = 50
const defaultStopWithinSeconds = 12

/**
 * Stops what a supervisor that was killed left running; refuses if that supervisor is still there.
 * Answers the names of what was stopped.
 */
export async function stopLeftovers(
  record: ProcessRecord,
  home: string,
  stopWithinSeconds = defaultStopWithinSeconds,
): Promise<string[]> {
  const recorded = record.read()
  if (!recorded) return []
  if (isSameProcess(recorded.supervisor))
    throw new Refusal(
      `Berth already runs from ${home} (process ${recorded.supervisor.pid}): stop it, or start another copy with its own BERTH_HOME and BERTH_PORT_BASE.`,
    )
  const left = recorded.processes.filter(isSameProcess)
  // The newest first: nothing loses its database before it has stopped itself.
  for (const process of left.toReversed()) await stopProcess(process, stopWithinSeconds)
  record.clear()
  return left.map((process) => process.name)
}

async function stopProcess(running: RunningProcess, withinSeconds: number): Promise<void> {
  const { signal, whom } = running.stop ?? { signal: 'SIGTERM', whom: 'group' }
  if (whom === 'group') signalGroup(running.pid, signal)
  else signalProcess(running.pid, signal)
  const began = performance.now()
  while (isSameProcess(running)) {
    if (performance.now() - began > withinSeconds * 1000) signalGroup(running.pid, 'SIGKILL')
    await delay(pollMilliseconds)
  }
  signalGroup(running.pid, 'SIGKILL')
}

import net from 'node:net'
import type { ReadyProbe } from './process-plan.ts'

const attemptMilliseconds = 1_000

/** Asks once. A probe that waits for a line is answered by the output, so it is never true here. */
export async function isReady(probe: ReadyProbe): Promise<boolean> {
  if ('says' in probe) return false
  return 'answersHttp' in probe ? answersHttp(probe.answersHttp) : acceptsTcp(probe.acceptsTcp)
}

async function answersHttp(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(attemptMilliseconds) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}

export function acceptsTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1', timeout: attemptMilliseconds })
    const answer = (accepted: boolean) => () => {
      socket.destroy()
      resolve(accepted)
    }
    socket.on('connect', answer(true)).on('error', answer(false)).on('timeout', answer(false))
  })
}

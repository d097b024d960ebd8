import { defaultPayloadConverter, toPayloads } from '@temporalio/common'
import type { Payload } from '@temporalio/common'
import type { WritePermit } from './vcenter-port.ts'

/** What Temporal says of an attempt. leaving: cancelled, paused or reset · superseded: another one counts now. */
export type AttemptStanding = 'current' | 'leaving' | 'superseded'

/** Records a heartbeat of the attempt at the server itself, past the worker's throttling, and tells how it stands. */
export type AskStanding = (attempt: {
  taskToken: Uint8Array
  details: Payload[]
  withinSeconds: number
}) => Promise<AttemptStanding>

/** The attempt lost its step to another one; whatever it answers is thrown away. */
export class AttemptSuperseded extends Error {
  constructor() {
    super('another attempt has taken this step over: nothing more is written')
    this.name = 'AttemptSuperseded'
  }
}

const longestSeconds = 5

/** Far below the heartbeat timeout, which begins anew when the server hears the question. */
export const permitSeconds = (heartbeatTimeoutMs: number | undefined): number =>
  Math.min(longestSeconds, (heartbeatTimeoutMs ?? Infinity) / 4_000)

const readClocks = () => ({ monotonic: performance.now(), wall: Date.now() })

/**
 * Both clocks must agree that little time has passed: the monotonic one runs on while the process is stopped, the wall
 * clock also shows that the machine slept. Begins before the question, since the server's time limit may as well.
 */
export function startPermit(seconds: number, clocks = readClocks): WritePermit {
  const asked = clocks()
  const isShort = (milliseconds: number) => milliseconds >= 0 && milliseconds < seconds * 1_000
  return {
    isFresh() {
      const now = clocks()
      return isShort(now.monotonic - asked.monotonic) && isShort(now.wall - asked.wall)
    },
  }
}

/** The details replace those at the server, so the latest go with each question. */
export const heartbeatPayloads = (latest: object): Payload[] => toPayloads(defaultPayloadConverter, latest) ?? []

import type { Instant } from './instant.ts'
import type { LeaseCap } from './lease.ts'
import type { VmRequestState } from './vm-request.ts'

/** What a message did, kept so that its repetition is answered and not applied. */
export interface AppliedMessage {
  id: string
  answer: { state: VmRequestState; leaseEndsAt?: Instant; cappedBy?: LeaseCap }
  /** All that it said; another message under its id is no repetition. Not kept of messages from before. */
  asked?: string
}

import type { VmRequest } from '@berth/contract/vm-request.ts'
import type { VmRequestState } from '@berth/domain/vm-request.ts'

/** Colour says only how much a person is needed: nobody yet, things go on, all well, somebody soon, somebody now, over. */
type Colour = 'blue' | 'green' | 'orange' | 'red' | 'grey'

interface Look {
  badge: string
  colour: Colour
}

export const stateLooks: Record<VmRequestState, Look> = {
  validating: { badge: 'Checking', colour: 'blue' },
  awaitingApproval: { badge: 'Waiting', colour: 'orange' },
  provisioning: { badge: 'Provisioning', colour: 'blue' },
  active: { badge: 'Active', colour: 'green' },
  expired: { badge: 'Expired', colour: 'orange' },
  released: { badge: 'Released', colour: 'orange' },
  held: { badge: 'Held', colour: 'red' },
  retiring: { badge: 'Retiring', colour: 'blue' },
  retired: { badge: 'Retired', colour: 'grey' },
  rejected: { badge: 'Rejected', colour: 'grey' },
  declined: { badge: 'Declined', colour: 'grey' },
  lapsed: { badge: 'Lapsed', colour: 'grey' },
  cancelled: { badge: 'Cancelled', colour: 'grey' },
  failed: { badge: 'Failed', colour: 'red' },
}

const intentLooks: Record<NonNullable<VmRequest['intent']>, Look> = {
  release: { badge: 'Releasing', colour: 'orange' },
  restore: { badge: 'Restoring', colour: 'blue' },
  resume: { badge: 'Resuming', colour: 'blue' },
}

/** The state, or what is under way in it; a hold stops both. */
export const lookOf = ({ state, intent }: Pick<VmRequest, 'state' | 'intent'>): Look =>
  intent === undefined || state === 'held' ? stateLooks[state] : intentLooks[intent]

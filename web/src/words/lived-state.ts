import type { VmRequest } from '@berth/contract/vm-request.ts'
import type { VmRequestState } from '@berth/domain/vm-request.ts'

/** Where a request is in its life; a held one is where it was held. */
export const livedState = ({ state, hold }: Pick<VmRequest, 'state' | 'hold'>): VmRequestState =>
  state === 'held' ? (hold?.heldFrom ?? state) : state

import type { Instant } from './instant.ts'
import type { VmRequestState } from './vm-request.ts'

/** A request that is not final, as reconciling compares it with what vCenter has. */
export interface OpenRequest {
  requestId: string
  vmName: string
  state: VmRequestState
  /** Whether a VM should exist: cloned and not yet destroyed. */
  expectsVm: boolean
  expectsPower: 'on' | 'off' | 'any'
  /** As vCenter named its VM when it was cloned. */
  vmMoid?: string
  /** Where it was cloned to. */
  folderMoid?: string
  address?: string
  /** The run of its workflow that wrote last. */
  newestRunId?: string
  /** Of the last transition. */
  changedAt: Instant
  /** A step is recorded as begun, or one has to follow. */
  isUnderWay: boolean
}

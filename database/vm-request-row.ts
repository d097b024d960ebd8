import type { Hold } from '@berth/domain/facts.ts'
import type { Instant } from '@berth/domain/instant.ts'
import type { Overrides } from '@berth/domain/overrides.ts'
import type { Placement } from '@berth/domain/placement.ts'
import type { ProvisioningRequest } from '@berth/domain/provisioning-request.ts'
import type { FinalState, VmRequestState } from '@berth/domain/vm-request.ts'
import type { Queryable } from './transaction.ts'

export type HeldRow = Hold & { heldAt: Instant }

/** A row of vm_requests, as far as transactions need it. */
export interface VmRequestRow {
  id: string
  site_id: string
  team_id: string
  owner_id: string
  requester_id: string
  catalog_item_id: string
  size_id: string
  vm_name: string
  name_held: boolean
  purpose: string
  ssh_user: string
  ssh_port: number
  provisioning_request: ProvisioningRequest
  state: VmRequestState
  round: number
  hold: HeldRow | null
  placement: Placement | null
  vm_moid: string | null
  overrides: Overrides | null
  address: string | null
  handed_over_at: Instant | null
  grant_number: number
  granted_at: Instant | null
  lease_ends_at: Instant | null
  expired_at: Instant | null
  released_at: Instant | null
  intent: 'release' | 'restore' | null
  retire_to: FinalState | null
  reasons: string[] | null
  requested_at: Instant
  newest_run_id: string | null
  audit_seq: number
  audit_hash: string
  version: number
}

/** The request, locked until the transaction ends: all writers of one request stand in this line. */
export async function lockRequest(client: Queryable, requestId: string): Promise<VmRequestRow> {
  const { rows } = await client.query<VmRequestRow>('select * from vm_requests where id = $1 for no key update', [
    requestId,
  ])
  return found(rows[0], requestId)
}

export async function readRequest(client: Queryable, requestId: string): Promise<VmRequestRow> {
  const { rows } = await client.query<VmRequestRow>('select * from vm_requests where id = $1', [requestId])
  return found(rows[0], requestId)
}

/** Columns to values; objects for jsonb columns go as they are, arrays to text[]. */
export type ColumnValues = Record<string, unknown>

export async function updateRequest(client: Queryable, requestId: string, values: ColumnValues): Promise<VmRequestRow> {
  const columns = Object.keys(values)
  const assignments = columns.map((column, index) => `${column} = $${index + 2}`)
  const { rows } = await client.query<VmRequestRow>(
    `update vm_requests set ${assignments.join(', ')} where id = $1 returning *`,
    [requestId, ...columns.map((column) => values[column])],
  )
  return found(rows[0], requestId)
}

function found(row: VmRequestRow | undefined, requestId: string): VmRequestRow {
  if (row === undefined) throw new Error(`there is no VM request ${requestId}`)
  return row
}

import { berthItself } from '@berth/domain/transition.ts'
import { instantOf } from '@berth/domain/instant.ts'
import type { RunIdentity } from '@berth/domain/run-identity.ts'
import { appendToRequest } from './audit.ts'
import { RecordsFault } from './records-fault.ts'
import { reopenFailed } from './reopen-failed.ts'
import type { Queryable } from './transaction.ts'
import { lockRequest, updateRequest, type VmRequestRow } from './vm-request-row.ts'

/**
 * The one gate for whoever writes for a run: the newest run passes, an older one is `staleRun`, an unknown one takes over.
 * A transition that takes over gives its `n`, so that its repetition is known as one.
 */
export async function fence(
  client: Queryable,
  run: RunIdentity,
  n?: number,
): Promise<{ request: VmRequestRow; tookOver: boolean }> {
  const request = await lockRequest(client, run.requestId)
  if (request.newest_run_id === run.runId) return { request, tookOver: false }
  const { rowCount } = await client.query('select 1 from runs where request_id = $1 and run_id = $2', [
    run.requestId,
    run.runId,
  ])
  if (rowCount !== 0) throw new RecordsFault('staleRun', `run ${run.runId} of request ${run.requestId}`)
  return { request: await takeOver(client, request, run, n), tookOver: true }
}

async function takeOver(client: Queryable, request: VmRequestRow, run: RunIdentity, n?: number): Promise<VmRequestRow> {
  const at = instantOf(Date.now())
  await client.query('update runs set closed_at = $2 where request_id = $1 and closed_at is null', [request.id, at])
  await client.query(
    `insert into runs (request_id, run_id, seq, opened_at)
     select $1, $2, coalesce(max(seq), 0) + 1, $3 from runs where request_id = $1`,
    [request.id, run.runId, at],
  )
  const goesOn = request.newest_run_id === null || request.newest_run_id === run.continuedFrom
  if (goesOn && n === undefined) return updateRequest(client, request.id, { newest_run_id: run.runId })
  const reopened = !goesOn && request.state === 'failed' ? await reopenFailed(client, request) : {}
  const head = await appendToRequest(client, request, {
    at,
    by: berthItself,
    event: goesOn ? 'opened' : 'reopened',
    runId: run.runId,
    ...(n !== undefined && { n }),
    detail: { tookOver: true, from: request.state, before: request.newest_run_id, ...reopened },
  })
  return updateRequest(client, request.id, { newest_run_id: run.runId, ...reopened, ...head })
}

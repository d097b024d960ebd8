import { randomUUID } from 'node:crypto'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import { until } from '@berth/testing/until.ts'
import type { Drill, Figure } from '../drill.ts'
import { allEnded, allIn, ask } from '../rig/requests.ts'
import type { Rig } from '../rig/rig.ts'

/** F15, R9: many ask for the last of a quota at once; many decide, cancel and extend at once. */
export const races: Drill = {
  name: 'races',
  does: 'lets many requests race for a quota, and decisions, cancellations and extensions race for one request',
  boundSeconds: 120,
  async run(rig) {
    return [await quotaRace(rig), await decisionRace(rig), await releaseRace(rig)]
  },
}

async function quotaRace(rig: Rig): Promise<Figure> {
  const [asking, limit] = rig.isLong ? [1_000, 100] : [60, 12]
  const { pool } = rig.database
  const { rows } = await pool.query<{ limits: object; used: number }>(
    `select quota_limits as limits, (select count(*)::int from quota_holds where team_id = 'platform') as used
     from teams where id = 'platform'`,
  )
  const [team] = rows
  const setLimit = (limits: object) => pool.query(`update teams set quota_limits = $1 where id = 'platform'`, [limits])
  await setLimit({ ...team?.limits, vms: (team?.used ?? 0) + limit })
  rig.plan.note(`${asking} requests at once for ${limit} VMs`)
  const ids: string[] = []
  await Promise.all(
    Array.from({ length: asking }, (_, n) => createOnce(rig, n).then((id) => id !== undefined && ids.push(id))),
  )
  await setLimit(team?.limits ?? {})
  await allEnded(rig, ids, 180)
  return {
    ...{ goal: 'R9', what: `accepted of ${asking} at once for ${limit}`, wanted: String(limit) },
    ...{ reached: String(ids.length), isReached: ids.length === limit },
  }
}

/** The id, or nothing when the quota was exceeded; one that is limited for asking too often asks again. */
async function createOnce(rig: Rig, n: number): Promise<string | undefined> {
  const site = rig.sites[n % rig.sites.length]
  const body = {
    ...{ catalogItemId: site?.catalogItemId, sizeId: 'small', leaseSeconds: 5, purpose: 'to race' },
    sshPublicKeys: [anSshPublicKey],
  }
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const answer = await until(
    'an answer of the race',
    async () => {
      const response = await rig.as('developer').fetch('/api/v1/vm-requests', init)
      return [201, 200, 409].includes(response.status) && response
    },
    120,
  )
  return answer.status === 409 ? undefined : ((await answer.json()) as { id: string }).id
}

async function decisionRace(rig: Rig): Promise<Figure> {
  const each = rig.isLong ? 50 : 15
  const id = await ask(rig, { sizeId: 'medium', leaseSeconds: 5 })
  await allIn(rig, [id], ['awaitingApproval'], 30)
  const params = { id }
  rig.plan.note(`${each} approvals, ${each} refusals and ${each} cancellations at once for ${id}`)
  await Promise.allSettled(
    Array.from({ length: each }, () => [
      rig.as('approver').call('decideApproval', { params, body: { decision: 'approved' } }),
      rig.as('approver').call('decideApproval', { params, body: { decision: 'declined', reason: 'a race' } }),
      rig.as('developer').call('cancelRequest', { params, body: {} }),
    ]).flat(),
  )
  await allEnded(rig, [id], 60)
  const { rows } = await rig.database.pool.query(
    `select 1 from audit_entries where request_id = $1 and detail ->> 'from' = 'awaitingApproval'
     and detail -> 'change' ->> 'state' is not null`,
    [id],
  )
  return {
    ...{ goal: 'R9', what: `transitions of ${3 * each} decisions and cancellations at once`, wanted: '1' },
    ...{ reached: String(rows.length), isReached: rows.length === 1 },
  }
}

/** At the very end of a lease its owner extends, releases and restores at once. */
async function releaseRace(rig: Rig): Promise<Figure> {
  const leaseSeconds = 6
  const ids = await Promise.all(Array.from({ length: rig.isLong ? 20 : 5 }, () => ask(rig, { leaseSeconds })))
  await allIn(rig, ids, ['active', 'expired'], 60)
  const developer = rig.as('developer')
  rig.plan.note(`extensions and releases at the end of the leases of ${ids.length} requests`)
  await until('the leases to end', async () => (await endOf(rig, ids)) < Date.now() + 500, 60)
  await Promise.allSettled(
    ids.flatMap((id) => [
      developer.call('extendLease', { params: { id }, body: { leaseSeconds } }),
      developer.call('releaseVm', { params: { id }, body: {} }),
      developer.call('extendLease', { params: { id }, body: { leaseSeconds } }),
      developer.call('releaseVm', { params: { id }, body: {} }),
    ]),
  )
  const seconds = await allEnded(rig, ids, 120)
  return {
    ...{ goal: 'R9', isTime: true, what: 'seconds until those had ended', wanted: '≤ 60' },
    ...{ reached: seconds.toFixed(0), isReached: seconds <= 60 },
  }
}

async function endOf(rig: Rig, ids: readonly string[]): Promise<number> {
  const { rows } = await rig.database.pool.query<{ end: string }>(
    'select min(lease_ends_at) as end from vm_requests where id = any($1)',
    [ids],
  )
  return Date.parse(rows[0]?.end ?? '')
}

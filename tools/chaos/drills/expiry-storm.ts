import { setTimeout as pause } from 'node:timers/promises'
import type { Drill, Figure } from '../drill.ts'
import { allIn, askMany, settle } from '../rig/requests.ts'
import type { Rig } from '../rig/rig.ts'

/** R4: many leases end in one second, with vCenter there and with vCenter away. */
export const expiryStorm: Drill = {
  name: 'expiry-storm',
  does: 'lets many leases end in one second, once with vCenter away',
  boundSeconds: 240,
  async run(rig) {
    const outageSeconds = rig.isLong ? 120 : 10
    return [...(await storm(rig, 60, 0)), ...(await storm(rig, 120, outageSeconds))]
  },
}

async function storm(rig: Rig, wanted: number, outageSeconds: number): Promise<Figure[]> {
  const count = rig.isLong ? 200 : 20
  const leaseSeconds = rig.isLong ? 120 : 16
  const ids = await askMany(rig, count, rig.isLong ? 5 : 8, { leaseSeconds })
  await allIn(rig, ids, ['active'], 180)
  const endsAt = await endTogether(rig, ids)
  const lines = [...rig.lines.vcenter.values()]
  await pause(Math.max(0, endsAt - Date.now() - 500))
  if (outageSeconds > 0) {
    for (const line of lines) line.cut()
    rig.plan.note(`vCenter is away for ${outageSeconds} s while ${count} leases end`)
    await pause(outageSeconds * 1_000)
    for (const line of lines) line.mend()
  }
  const from = outageSeconds > 0 ? Date.now() : endsAt
  await settle(rig, ids, 240)
  const { early, last } = await powerOffs(rig, ids)
  const seconds = (last - from) / 1_000
  const when = outageSeconds > 0 ? 'after vCenter was back' : 'after the end'
  return [
    {
      ...{
        goal: 'R4',
        isTime: true,
        what: `seconds ${when} until the last of ${count} was off`,
        wanted: `≤ ${wanted}`,
      },
      ...{ reached: seconds.toFixed(1), isReached: seconds <= wanted },
    },
    { ...{ goal: 'R4', what: 'powered off early', wanted: '0' }, reached: String(early), isReached: early === 0 },
  ]
}

/** Extends each lease by what brings all ends into one second. */
async function endTogether(rig: Rig, ids: readonly string[]): Promise<number> {
  const { rows } = await rig.database.pool.query<{ id: string; end: string }>(
    'select id, lease_ends_at as end from vm_requests where id = any($1)',
    [ids],
  )
  const latest = Math.max(...rows.map(({ end }) => Date.parse(end))) + 4_000
  await Promise.all(
    rows.map(({ id, end }) => {
      const body = { leaseSeconds: Math.floor((latest - Date.parse(end)) / 1_000) }
      return rig.as('developer').call('extendLease', { params: { id }, body })
    }),
  )
  return latest
}

/** By vCenter's own events: each VM's last power-off, and how many fell into the grant of their time. */
async function powerOffs(rig: Rig, ids: readonly string[]): Promise<{ early: number; last: number }> {
  const { rows } = await rig.database.pool.query<{ id: string; from: string; to: string }>(
    'select request_id as id, granted_at as from, ends_at as to from lease_grants where request_id = any($1) order by number',
    [ids],
  )
  const grants = Map.groupBy(rows, ({ id }) => id)
  const events = (await Promise.all(rig.sites.map(({ recorder }) => recorder.events()))).flat()
  const offs = events
    .filter(({ kind, instanceUuid }) => kind === 'poweredOff' && ids.includes(instanceUuid))
    .map(({ instanceUuid, at = '' }) => ({ id: instanceUuid, at: Date.parse(at) }))
  const off = new Set(offs.map(({ id }) => id))
  if (off.size < ids.length) throw new Error(`vCenter saw ${off.size} of ${ids.length} VMs powered off`)
  const early = offs.filter(({ id, at }) => {
    const inForce = grants.get(id)?.findLast(({ from }) => Date.parse(from) <= at)
    return inForce !== undefined && at < Date.parse(inForce.to)
  })
  for (const { id, at } of early) rig.plan.note(`${id} was powered off at ${new Date(at).toISOString()}`)
  return { early: early.length, last: Math.max(...offs.map(({ at }) => at)) }
}

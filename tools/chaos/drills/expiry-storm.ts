import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@berth/testing/until.ts'
import type { Drill } from '../drill.ts'
import { none, within, type Figure } from '../figures.ts'
import { allIn, askMany, settle } from '../rig/requests.ts'
import type { Rig, RigSite } from '../rig/rig.ts'

interface Storm {
  sites: readonly RigSite[]
  wantedSeconds: number
  /** vCenter is away for so long from the end of the leases on. */
  outageSeconds: number
}

/** R4: many leases end in one second, with vCenter there and with vCenter away. */
export const expiryStorm: Drill = {
  name: 'expiry-storm',
  does: 'lets many leases end in one second, once with vCenter away',
  boundSeconds: 240,
  async run(rig) {
    const { sites } = rig
    const calm = { wantedSeconds: 60, outageSeconds: 0 }
    const outage = { wantedSeconds: 120, outageSeconds: rig.isLong ? 120 : 10 }
    if (rig.isLong) return [...(await storm(rig, { sites, ...calm })), ...(await storm(rig, { sites, ...outage }))]
    const halves = await Promise.all([
      storm(rig, { sites: sites.slice(0, 1), ...calm }),
      storm(rig, { sites: sites.slice(1), ...outage }),
    ])
    return halves.flat()
  },
}

async function storm(rig: Rig, { sites, wantedSeconds, outageSeconds }: Storm): Promise<Figure[]> {
  const count = rig.isLong ? 200 : 20
  const leaseSeconds = rig.isLong ? 120 : 16
  const ids = await askMany(rig, count, rig.isLong ? 5 : 8, (n) => {
    const site = sites[n % sites.length]
    return { leaseSeconds, ...(site !== undefined && { site }) }
  })
  await allIn(rig, ids, ['active'], 180)
  const endsAt = await endTogether(rig, ids)
  const lines = sites.flatMap(({ agents }) => agents.flatMap((agent) => rig.lines.vcenter.get(agent) ?? []))
  await pause(Math.max(0, endsAt - Date.now() - 500))
  if (outageSeconds > 0) {
    for (const line of lines) line.cut()
    rig.plan.note(`vCenter is away for ${outageSeconds} s while ${count} leases end`)
    await pause(outageSeconds * 1_000)
    for (const line of lines) line.mend()
  }
  const from = outageSeconds > 0 ? Date.now() : endsAt
  const { held } = await settle(rig, ids, 240)
  const { early, last } = await powerOffs(rig, ids)
  const when = outageSeconds > 0 ? `after vCenter was back (away for ${outageSeconds} s)` : 'after the end'
  return [
    within('R4', `${when} until the last of ${count} was off`, wantedSeconds, (last - from) / 1_000),
    none('R4', 'powered off early', early),
    none('R4', 'that needed a person', held),
  ]
}

/** Extends each lease by what brings all ends into one second. */
async function endTogether(rig: Rig, ids: readonly string[]): Promise<number> {
  const rows = await rig.rows<{ id: string; end: string }>(
    'select id, lease_ends_at as end from vm_requests where id = any($1)',
    [ids],
  )
  const latest = Math.max(...rows.map(({ end }) => Date.parse(end))) + 4_000
  await Promise.all(
    rows.map(({ id, end }) => {
      const body = { leaseSeconds: Math.floor((latest - Date.parse(end)) / 1_000) }
      const idempotencyKey = randomUUID()
      // As the API says when so many at once are too many: again, with the same key.
      return until(
        `the lease of ${id} to be extended`,
        async () => (await rig.as('developer').call('extendLease', { params: { id }, body, idempotencyKey })).body,
      )
    }),
  )
  return latest
}

/** By vCenter's own events: each VM's last power-off, and which fell into the grant of their time. */
async function powerOffs(rig: Rig, ids: readonly string[]): Promise<{ early: string[]; last: number }> {
  const rows = await rig.rows<{ id: string; from: string; to: string }>(
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
  return {
    early: early.map(({ id, at }) => `${id} at ${new Date(at).toISOString()}`),
    last: Math.max(...offs.map(({ at }) => at)),
  }
}

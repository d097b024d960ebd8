import { until } from '@berth/testing/until.ts'
import { exactly, told, within, type Figure } from '../../figures.ts'
import { allEnded, allIn, ask } from '../../rig/requests.ts'
import type { Rig } from '../../rig/rig.ts'

const leaseSeconds = 6

/** At the very end of leases their owner extends and releases at once, again and again. */
export async function releaseRace(rig: Rig): Promise<Figure[]> {
  const ids = await Promise.all(Array.from({ length: rig.isLong ? 40 : 8 }, () => ask(rig, { leaseSeconds })))
  await allIn(rig, ids, ['active', 'expired'], 60)
  rig.plan.note(`extensions and releases at the end of the leases of ${ids.length} requests`)
  await Promise.all(ids.map((id, n) => actAtTheEnd(rig, id, n / ids.length)))
  const seconds = await allEnded(rig, ids, 120)
  const stays = await staysOf(rig, ids)
  const left = stays.map(({ exits }) => exits.length)
  const ways = Map.groupBy(
    stays.flatMap(({ exits }) => exits),
    (event) => event,
  )
  return [
    exactly(
      'R9',
      `transitions out of active for each of ${stays.length} leases that ended in a race, the most`,
      1,
      Math.max(...left),
    ),
    exactly('R9', 'the fewest', 1, Math.min(...left)),
    told('R9', 'of those', [...ways].map(([event, those]) => `${those.length} ${event}`).join(', ')),
    within('R9', 'until those had ended', 60, seconds),
  ]
}

async function actAtTheEnd(rig: Rig, id: string, where: number): Promise<void> {
  const [row] = await rig.rows<{ end: string }>('select lease_ends_at as end from vm_requests where id = $1', [id])
  const at = Date.parse(row?.end ?? '') - 500 + where * 1_500
  await until('the end of a lease', async () => Date.now() >= at)
  const developer = rig.as('developer')
  const params = { id }
  await Promise.allSettled([
    developer.call('extendLease', { params, body: { leaseSeconds } }),
    developer.call('releaseVm', { params, body: {} }),
    developer.call('extendLease', { params, body: { leaseSeconds } }),
    developer.call('releaseVm', { params, body: {} }),
  ])
}

/** Each time that a request was active, with what ended it: an extension in the grace makes it active once more. */
async function staysOf(rig: Rig, ids: readonly string[]): Promise<{ exits: string[] }[]> {
  const rows = await rig.rows<{ id: string; event: string; from: string; to: string }>(
    `select request_id as id, event, detail ->> 'from' as from, detail -> 'change' ->> 'state' as to
     from audit_entries where request_id = any($1) and detail -> 'change' ->> 'state' is not null order by chain, seq`,
    [ids],
  )
  const stays: { exits: string[] }[] = []
  for (const steps of Map.groupBy(rows, ({ id }) => id).values()) {
    let stay: { exits: string[] } | undefined
    for (const { event, from, to } of steps) {
      if (to === 'active' && from !== 'active') {
        stay = { exits: [] }
        stays.push(stay)
      } else if (from === 'active' && to !== 'active') stay?.exits.push(event)
    }
  }
  return stays
}

import { randomUUID } from 'node:crypto'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import { until } from '@berth/testing/until.ts'
import { told, type Figure } from '../../figures.ts'
import { allEnded, allIn, siteInTurn } from '../../rig/requests.ts'
import type { Rig } from '../../rig/rig.ts'

const scale = { long: { runs: 20, asking: 1_000, limit: 100 }, short: { runs: 1, asking: 60, limit: 12 } }

/** Many at once for the last of a quota, again and again. Whoever got some of it waits for an approval, and cancels. */
export async function quotaRace(rig: Rig): Promise<Figure[]> {
  const { runs, asking, limit } = scale[rig.isLong ? 'long' : 'short']
  const accepted: number[] = []
  for (let run = 0; run < runs; run++) accepted.push(await oneRace(rig, asking, limit))
  const wrong = accepted.filter((count) => count !== limit)
  const worst = wrong.sort((a, b) => Math.abs(b - limit) - Math.abs(a - limit))[0] ?? limit
  const what = `accepted of ${asking} at once for ${limit}, the worst of ${runs} runs`
  return [
    { goal: 'R9', what, wanted: String(limit), reached: String(worst), isReached: worst === limit },
    told('R9', 'the most that was held of that limit at once', mostHeld(rig)),
  ]
}

async function oneRace(rig: Rig, asking: number, limit: number): Promise<number> {
  const [team] = await rig.rows<{ limits: object; used: number }>(
    `select quota_limits as limits, (select count(*)::int from quota_holds where team_id = 'platform') as used
     from teams where id = 'platform'`,
  )
  const setLimit = (limits: object) => rig.rows(`update teams set quota_limits = $1 where id = 'platform'`, [limits])
  await setLimit({ ...team?.limits, vms: (team?.used ?? 0) + limit })
  rig.plan.note(`${asking} requests at once for ${limit} VMs`)
  const answers = await Promise.all(Array.from({ length: asking }, (_, n) => createOnce(rig, n)))
  const ids = answers.filter((id) => id !== undefined)
  await allIn(rig, ids, ['awaitingApproval'], 180)
  await setLimit(team?.limits ?? {})
  const cancel = (id: string) => rig.as('developer').call('cancelRequest', { params: { id }, body: {} })
  await Promise.all(ids.map((id) => until('a cancellation', () => cancel(id), 60)))
  await allEnded(rig, ids, 180)
  return ids.length
}

/** The id, or nothing when the quota was exceeded; one that is limited for asking too often asks again. */
async function createOnce(rig: Rig, n: number): Promise<string | undefined> {
  const body = {
    ...{ catalogItemId: siteInTurn(rig, n).site?.catalogItem('plain'), sizeId: 'medium', leaseSeconds: 5 },
    ...{ purpose: 'to race', sshPublicKeys: [anSshPublicKey] },
  }
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const answer = await until(
    'an answer of the race',
    async () => {
      const response = await rig.as('developer').fetch('/api/v1/vm-requests', init)
      return [201, 200, 409].includes(response.status) && response
    },
    180,
  )
  return answer.status === 409 ? undefined : ((await answer.json()) as { id: string }).id
}

function mostHeld(rig: Rig): string {
  const seen = rig.quota.worst().find(({ resource }) => resource === 'vms')
  return seen === undefined ? 'nothing' : `${seen.used} of ${seen.most}`
}

import type { VmRequestState } from '@berth/domain/vm-request.ts'
import type { Rig } from './rig.ts'

/** States in which Berth works; in the others something else has its time, or a person. */
const working: readonly VmRequestState[] = ['validating', 'provisioning', 'retiring']

interface Entry {
  id: string
  at: number
  /** That the request came to. */
  state: VmRequestState | null
}

/** The longest that Berth did nothing for one of these requests after a kill, by the audit, in words. */
export async function longestStandstill(rig: Rig, ids: readonly string[], kills: readonly number[]): Promise<string> {
  const rows = await rig.rows<Entry>(entries, [ids])
  const stood = [...Map.groupBy(rows, ({ id }) => id).values()].flatMap((path) => standstills(path, kills))
  const longest = stood.reduce((most, one) => (one.seconds > most.seconds ? one : most), none)
  return `${longest.seconds.toFixed(1)} (${longest.in})`
}

const entries = `
  select request_id as id, extract(epoch from at)::float8 * 1000 as at,
    coalesce(detail -> 'change' ->> 'state', detail ->> 'state') as state
  from audit_entries where request_id = any($1) order by request_id, seq`

const none = { seconds: 0, in: 'none' }

function standstills(path: readonly Entry[], kills: readonly number[]): { seconds: number; in: string }[] {
  let state: VmRequestState = 'validating'
  return path.flatMap((entry, index) => {
    state = entry.state ?? state
    const next = path[index + 1]
    if (next === undefined || !working.includes(state)) return []
    const meanwhile = kills.filter((at) => at >= entry.at && at <= next.at)
    const [first] = meanwhile
    if (first === undefined) return []
    return [{ seconds: (next.at - first) / 1_000, in: `${entry.id}, ${state}, ${meanwhile.length} kills meanwhile` }]
  })
}

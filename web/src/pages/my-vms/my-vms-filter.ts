import type { VmRequest } from '@berth/contract/vm-request.ts'
import { finalStates, isFinal, vmRequestStates, type VmRequestState } from '@berth/domain/vm-request.ts'
import { stateLooks } from '../../words/state-look.ts'

/** What the list shows, as it stands in the address bar; absent members are the usual choice. */
export interface MyVmsFilter {
  whose?: 'all'
  show?: 'ended'
  /** One or more, with commas. */
  state?: string
  team?: string
  site?: string
  q?: string
}

export const myVmsFilter = ({ whose, show, state, team, site, q }: Record<string, unknown>): MyVmsFilter => {
  const states = statesIn(state).filter((each) => isFinal(each) === (show === 'ended'))
  return {
    ...(whose === 'all' ? { whose } : {}),
    ...(show === 'ended' ? { show } : {}),
    ...(states.length > 0 ? { state: states.join(',') } : {}),
    ...(isText(team) ? { team } : {}),
    ...(isText(site) ? { site } : {}),
    ...(isText(q) ? { q } : {}),
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''

function statesIn(text: unknown): VmRequestState[] {
  const named = typeof text === 'string' ? text.split(',') : []
  return vmRequestStates.filter((state) => named.includes(state))
}

const current = vmRequestStates.filter((state) => !isFinal(state))

/** What the server is asked for. */
export const askedFor = ({ whose, show, state, team, site, q }: MyVmsFilter) => ({
  state: state ?? (show === 'ended' ? finalStates : current).join(','),
  ...(whose === 'all' ? {} : { owner: 'me' }),
  ...(team === undefined ? {} : { team }),
  ...(site === undefined ? {} : { site }),
  ...(q === undefined ? {} : { q }),
})

/** A filter that is chosen or can be: what it says, and the filters with it and without it. */
export interface Chip {
  key: string
  words: string
  changes: Partial<Record<'state' | 'team' | 'site', string | undefined>>
}

/** What is chosen; each chip takes itself away. */
export function chosenChips({ state, team, site }: MyVmsFilter, teams: ReadonlyMap<string, string>): Chip[] {
  const states = statesIn(state)
  return [
    ...states.map((each) => ({
      key: `state ${each}`,
      words: stateLooks[each].badge,
      changes: { state: states.filter((other) => other !== each).join(',') },
    })),
    ...(team === undefined
      ? []
      : [{ key: 'team', words: `Team ${teams.get(team) ?? team}`, changes: { team: undefined } }]),
    ...(site === undefined ? [] : [{ key: 'site', words: `Site ${site}`, changes: { site: undefined } }]),
  ]
}

/** What else can be chosen, by what it is about. */
export function otherChips(
  { show, state, team, site }: MyVmsFilter,
  teams: ReadonlyMap<string, string>,
  sites: readonly string[],
): Record<'State' | 'Team' | 'Site', Chip[]> {
  const chosen = statesIn(state)
  const states = show === 'ended' ? finalStates : current
  return {
    State: states
      .filter((each) => !chosen.includes(each))
      .map((each) => ({
        key: `state ${each}`,
        words: stateLooks[each].badge,
        changes: { state: [...chosen, each].join(',') },
      })),
    Team: [...teams]
      .filter(([id]) => id !== team)
      .map(([id, name]) => ({ key: `team ${id}`, words: name, changes: { team: id } })),
    Site: sites.filter((id) => id !== site).map((id) => ({ key: `site ${id}`, words: id, changes: { site: id } })),
  }
}

/** The teams and sites that the person has seen requests of. */
export const placesOf = (requests: readonly VmRequest[]) => ({
  teams: new Map(requests.map(({ teamId, teamName }) => [teamId, teamName])),
  sites: [...new Set(requests.map(({ siteId }) => siteId))].sort(),
})

import type { Instant } from './instant.ts'

/** A clone that was asked for and has not ended. */
export interface OpenClone {
  requestId: string
  teamId: string
  /** Asked for in the portal; a person who waits comes before programs. */
  byPerson: boolean
  askedAt: Instant
}

const byAge = (a: OpenClone, b: OpenClone): number =>
  a.askedAt < b.askedAt ? -1 : a.askedAt > b.askedAt ? 1 : a.requestId < b.requestId ? -1 : 1

/**
 * How many clones come before this one when slots are served as Temporal's priority and fairness keys say: people first,
 * and among equals one of each team in turn. Which `inFlight` of them have a slot is taken to be those that are out longest.
 * undefined for a clone that is not among them, or has a slot.
 */
export function clonesBefore(open: readonly OpenClone[], requestId: string, inFlight: number): number | undefined {
  const waiting = open.toSorted(byAge).slice(inFlight)
  const place = waiting.findIndex((clone) => clone.requestId === requestId)
  const own = waiting[place]
  if (own === undefined) return undefined
  const rivals = waiting.filter(({ byPerson }) => byPerson === own.byPerson)
  const earlierOfTeam = rivals.filter((clone) => clone.teamId === own.teamId && byAge(clone, own) < 0).length
  const othersByTeam = Map.groupBy(
    rivals.filter(({ teamId }) => teamId !== own.teamId),
    ({ teamId }) => teamId,
  )
  const turnsOfOthers = [...othersByTeam.values()].map((clones) => Math.min(clones.length, earlierOfTeam + 1))
  const people = own.byPerson ? 0 : waiting.filter(({ byPerson }) => byPerson).length
  return people + earlierOfTeam + turnsOfOthers.reduce((sum, turns) => sum + turns, 0)
}

import type { FindingEntry } from '@berth/contract/operations.ts'
import type { FindingSeverity } from '@berth/domain/finding.ts'

/** What an operator can choose to see: how much a person is needed, or what Berth put right by itself. */
export const findingViews = ['act', 'look', 'note', 'repaired'] as const
export type FindingView = (typeof findingViews)[number]

export const viewWords: Record<FindingView, string> = {
  act: 'Needs somebody',
  look: 'Worth a look',
  note: 'For the record',
  repaired: 'Put right',
}

export const severityLooks: Record<FindingSeverity, { badge: string; colour: 'red' | 'orange' | 'grey' }> = {
  act: { badge: 'Needs somebody', colour: 'red' },
  look: { badge: 'Worth a look', colour: 'orange' },
  note: { badge: 'For the record', colour: 'grey' },
}

export const viewOf = ({ severity, repairedAt }: FindingEntry): FindingView =>
  repairedAt === undefined ? severity : 'repaired'

/** Findings of one kind: what they mean and what to do is said once. */
export interface FindingGroup extends Pick<FindingEntry, 'kind' | 'title' | 'severity' | 'whatCanBeDone'> {
  isRepaired: boolean
  findings: FindingEntry[]
}

/** In the order in which they come, which is the most pressing first. */
export function findingGroups(findings: readonly FindingEntry[]): FindingGroup[] {
  const byKind = Map.groupBy(findings, (finding) => `${finding.kind} ${viewOf(finding) === 'repaired'}`)
  return [...byKind.values()].flatMap((same) => {
    const [first] = same
    if (first === undefined) return []
    const { kind, title, severity, repairedAt } = first
    // Where it differs from request to request, each sentence says for which it holds.
    const whatCanBeDone = [...new Set(same.flatMap((finding) => finding.whatCanBeDone))]
    return [{ kind, title, severity, whatCanBeDone, isRepaired: repairedAt !== undefined, findings: same }]
  })
}

export const countsOf = (findings: readonly FindingEntry[]): Record<FindingView, number> => {
  const counts = { act: 0, look: 0, note: 0, repaired: 0 }
  for (const finding of findings) counts[viewOf(finding)] += 1
  return counts
}

/** As it stands in the address bar; absent members show all. */
export interface FindingsFilter {
  findings?: FindingView
  site?: string
}

export const findingsFilter = ({ findings, site }: Record<string, unknown>): FindingsFilter => ({
  ...(findingViews.some((view) => view === findings) ? { findings: findings as FindingView } : {}),
  ...(typeof site === 'string' && site !== '' ? { site } : {}),
})

export const matching = (findings: readonly FindingEntry[], filter: FindingsFilter): FindingEntry[] =>
  findings.filter(
    (finding) =>
      (filter.findings === undefined || viewOf(finding) === filter.findings) &&
      (filter.site === undefined || finding.siteId === filter.site),
  )

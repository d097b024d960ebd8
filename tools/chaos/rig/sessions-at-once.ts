import type { TracedCall } from '../proxies/vcenter-proxy.ts'

/** The most sessions that were in use at one time: each from the first call in it to the last. */
export function sessionsAtOnce(trace: readonly TracedCall[]): number {
  const uses = new Map<string, { first: number; last: number }>()
  for (const { session, at } of trace)
    if (session !== undefined) uses.set(session, { first: uses.get(session)?.first ?? at, last: at })
  const spans = [...uses.values()]
  const atOnce = spans.map(({ first }) => spans.filter((other) => other.first <= first && first <= other.last).length)
  return Math.max(0, ...atOnce)
}

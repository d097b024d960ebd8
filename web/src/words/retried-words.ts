import type { HoldGroupRetried } from '@berth/contract/hold-group.ts'

/** What became of a retry of many; what is not known to be retried has its own words. */
export function retriedWords({ results, left }: HoldGroupRetried) {
  const notRetried = results.filter(({ detail }) => detail !== undefined)
  const done = results.length - notRetried.length
  const more = left === 0 ? '' : ` ${left} more are still held: press again for them.`
  return { title: `${done} of ${results.length} are retried.${more}`, notRetried }
}

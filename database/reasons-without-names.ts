import { berthItself } from '@berth/domain/transition.ts'

/**
 * Reasons once carried the id of whoever gave the request up, such as `cancelled by 00u1x: not needed`. An id says nothing to
 * people, and the name comes from the audit. What somebody typed is left alone.
 */
export function reasonsWithoutNames(reasons: readonly string[], ids: readonly string[]): string[] {
  const cancels = [...ids, berthItself].map((id) => `cancelled by ${id}`)
  return reasons.flatMap((reason) => {
    const cancel = cancels.find((words) => reason === words || reason.startsWith(`${words}: `))
    if (cancel !== undefined) return reason === cancel ? [] : [reason.slice(`${cancel}: `.length)]
    return /^given up by (?!an operator\b)/.test(reason) ? ['given up by an operator'] : [reason]
  })
}

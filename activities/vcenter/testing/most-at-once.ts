/** How many things existed at one time, at most. */
export function mostAtOnce(events: readonly { kind: string }[]): number {
  let now = 0
  let most = 0
  for (const { kind } of events) {
    if (kind === 'created') now += 1
    if (kind === 'destroyed') now -= 1
    most = Math.max(most, now)
  }
  return most
}

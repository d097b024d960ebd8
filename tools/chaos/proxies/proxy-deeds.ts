import type { Call, Fault } from '../fault.ts'

/** What proxies ask for while calls pass through them. */
export interface ProxyDeeds {
  /** What is to be done to this call. */
  faultFor(call: Call): Fault | undefined
  /** What to look for in statements. */
  statements(): readonly string[]
  /** Resolves when the process is dead; false when it did not run. */
  kill(victim: string): Promise<boolean>
}

/** Does what is to be done at this moment; false when the caller is dead, and the call with it. */
export async function strike(
  fault: Fault | undefined,
  now: 'before' | 'after',
  call: Call,
  deeds: ProxyDeeds,
): Promise<boolean> {
  if ((fault?.kind !== 'kill' && fault?.kind !== 'do') || fault.when !== now) return true
  if (fault.kind === 'do') {
    fault.deed(call)
    return true
  }
  if (!(await deeds.kill(fault.victim))) fault.missed?.()
  return fault.victim !== call.by
}

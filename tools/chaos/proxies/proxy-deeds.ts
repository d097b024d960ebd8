import type { Call, Fault } from '../fault.ts'

/** What proxies ask for while calls pass through them. */
export interface ProxyDeeds {
  /** What is to be done to this call. */
  faultFor(call: Call): Fault | undefined
  /** Resolves when the process is dead. */
  kill(victim: string): Promise<void>
}

import type { Evidence } from './evidence.ts'

/** I10: an agent logs in once, and once more after each fault that may have ended its session. */
export const sessionsAreFew = ({ agents = [] }: Evidence): string[] =>
  agents
    .filter(({ logins, faults }) => logins > faults + 1)
    .map(({ agent, logins, faults }) => `I10: ${agent} logged in ${logins} times, with ${faults} faults in between`)

import type { Evidence } from './evidence.ts'

const mostSessions = 2

/** I10: an agent has few sessions at its vCenter, and logs in once, and once more after each fault that may have ended one. */
export const sessionsAreFew = ({ agents = [] }: Evidence): string[] =>
  agents.flatMap(({ agent, logins, faults, sessionsAtOnce }) => [
    ...(logins > faults + 1 ? [`I10: ${agent} logged in ${logins} times, with ${faults} faults in between`] : []),
    ...(sessionsAtOnce > mostSessions ? [`I10: ${agent} used ${sessionsAtOnce} sessions at once`] : []),
  ])

/** A simulated site of this copy. */
export interface Site {
  id: string
  /** The agents' way in; the simulator itself is only for the site keeper. */
  vcenterPort: number
  simulatorPort: number
  username: string
  password: string
}

export const vcenterUrl = (port: number): string => `http://127.0.0.1:${port}/sdk`

/** The processes that serve a site: `agent-<site>`, and `agent-<site>.2` … where there are more. No site's id has a dot. */
export const agentNames = ({ id }: { id: string }, { agentsPerSite }: { agentsPerSite: number }): string[] =>
  Array.from({ length: agentsPerSite }, (_, index) => `agent-${id}${index === 0 ? '' : `.${index + 1}`}`)

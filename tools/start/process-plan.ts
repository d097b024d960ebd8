/** How one process is started, and how to tell that it serves. */
export interface ProcessPlan {
  /** Unique; also the name of its log file. */
  name: string
  command: string
  args: string[]
  /** Added to the supervisor's own environment. */
  env?: Record<string, string>
  cwd?: string
  uid?: number
  gid?: number
  ready: ReadyProbe
  readyWithinSeconds?: number
  /** What asks it to stop, and whether its whole process group is asked or it alone. */
  stop?: { signal: NodeJS.Signals; whom: 'group' | 'process' }
  /** Done before every start, also after a crash. */
  beforeStart?: () => Promise<void>
}

export type ReadyProbe = { says: RegExp } | { answersHttp: string } | { acceptsTcp: number }

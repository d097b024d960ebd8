/** What one process asks of a server, as a proxy in between sees it. */
export interface Call {
  through: 'vcenter' | 'temporal' | 'database'
  /** The name of the process that calls: `api`, `workers`, `agent-<site>` … */
  by: string
  /** A SOAP method, a method of Temporal's service, or the part of a SQL statement that a rule looks for. */
  name: string
  /** The text of a SOAP call. */
  says?: string
}

/** What may be done to a call. */
export type Fault =
  /** The connection ends, and the server hears nothing. */
  | { kind: 'refuse' }
  /** HTTP 503, as from a gateway before a server that is overloaded. */
  | { kind: 'busy' }
  | { kind: 'delay'; seconds: number }
  /** The server does it; the answer is lost on the way. */
  | { kind: 'loseAnswer' }
  /** The server does it; half of the answer arrives. */
  | { kind: 'cutAnswer' }
  /** The server does it, and the answer cannot be read. */
  | { kind: 'corruptAnswer' }
  /** The server gets the call twice; the second answer counts. */
  | { kind: 'twice' }
  /** The connection ends; the server hears the call later, when its caller has long gone on. */
  | { kind: 'late'; seconds: number }
  /** vCenter's own refusal, by the type of its fault. */
  | { kind: 'vcenterFault'; type: string }
  /**
   * A process dies just before the server hears the call, or just after it has answered and before that arrives.
   * `caller` is whoever calls. `missed` is told when the victim was not running at that moment.
   */
  | { kind: 'kill'; victim: string; when: 'before' | 'after'; missed?: () => void }
  /** Anything else, at such a moment. */
  | { kind: 'do'; what: string; deed: (call: Call) => void; when: 'before' | 'after' }

export const inWords = (fault: Fault): string => {
  switch (fault.kind) {
    case 'refuse':
      return 'connection ended'
    case 'busy':
      return 'answered 503'
    case 'delay':
      return `held for ${fault.seconds} s`
    case 'loseAnswer':
      return 'done, answer lost'
    case 'cutAnswer':
      return 'done, answer cut short'
    case 'corruptAnswer':
      return 'done, answer corrupted'
    case 'twice':
      return 'delivered twice'
    case 'late':
      return `given up, delivered ${fault.seconds} s later`
    case 'vcenterFault':
      return `refused with ${fault.type}`
    case 'kill':
      return `${fault.victim} killed ${fault.when} it`
    case 'do':
      return `${fault.what} ${fault.when} it`
  }
}

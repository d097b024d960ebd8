/** Which run of a request's workflow speaks. */
export interface RunIdentity {
  requestId: string
  runId: string
  /** The run that continued as this one, if any: no `reopened` is recorded then. */
  continuedFrom?: string
}

export const findingKinds = [
  'orphan',
  'copy',
  'vanished',
  'renamed',
  'powerDrift',
  'addressChanged',
  'workflowMissing',
] as const
export type FindingKind = (typeof findingKinds)[number]

/** Something that a reconcile run saw; (kind, subject) identifies it from run to run. */
export interface Finding {
  kind: FindingKind
  /** Request id, or the VM's instanceUuid where no request is known. */
  subject: string
  detail: string
}

/** Every failure that crosses Temporal or reaches a person: its code says whether a retry helps and who can act. */

export const failureClasses = ['transient', 'curable', 'requester', 'control'] as const
/** transient: retried · curable: held for an operator · requester: refused with reasons · control: steers a workflow, never shown */
export type FailureClass = (typeof failureClasses)[number]

export type WhoCanAct = 'nobody' | 'operator' | 'requester'

interface FailureMeaning {
  class: FailureClass
  whoCanAct: WhoCanAct
  /** Plain words for the portal and the Temporal UI; details are appended. */
  sentence: string
}

const transient = (sentence: string): FailureMeaning => ({ class: 'transient', whoCanAct: 'nobody', sentence })
const curable = (sentence: string): FailureMeaning => ({ class: 'curable', whoCanAct: 'operator', sentence })
const requester = (sentence: string): FailureMeaning => ({ class: 'requester', whoCanAct: 'requester', sentence })
const control = (sentence: string): FailureMeaning => ({ class: 'control', whoCanAct: 'nobody', sentence })

export const failures = {
  vcenterUnavailable: transient('vCenter does not answer'),
  vcenterLoginRefused: transient('vCenter refuses the agent’s login'),
  vcenterSessionLost: transient('the vCenter session was lost'),
  vcenterBusy: transient('vCenter is busy with another task on this VM'),
  vcenterError: transient('vCenter reports an error of its own'),
  hostDisconnected: transient('the ESXi host is disconnected'),
  databaseUnavailable: transient('the database does not answer'),
  mailUnavailable: transient('the mail server does not answer'),

  datastoreFull: curable('no allowed datastore has enough free space'),
  insufficientResources: curable('the cluster has no resources left'),
  templateMissing: curable('the template was not found'),
  placementMissing: curable('a folder, resource pool, datastore or network of the catalog item was not found'),
  noPermission: curable('the agent’s vCenter account lacks a privilege'),
  nameTaken: curable('the VM name is taken in vCenter by a VM that is not ours'),
  notOurs: curable('the VM in vCenter is not ours'),
  vmVanished: curable('the VM is no longer in vCenter'),
  addressTimeout: curable('the VM reported no usable address'),
  specificationMismatch: curable('the VM does not match what was approved'),
  vcenterTaskFailed: curable('a vCenter task failed'),
  vcenterRefused: curable('vCenter refused the call'),
  noApprover: curable('nobody but the requester could approve'),
  warningUndeliverable: curable('no warning could be delivered'),
  outOfRetries: curable('it kept failing for too long'),

  itemNotOffered: requester('the catalog item is not offered'),
  siteUnknown: requester('the site is unknown'),
  sizeNotOffered: requester('the size is not offered'),
  leaseNotOffered: requester('the lease is outside what the policy allows'),
  sshKeyInvalid: requester('an SSH public key is not valid'),
  nameInvalid: requester('the VM name is not valid'),
  quotaExceeded: requester('the quota does not allow it'),

  staleRun: control('a newer run of this workflow has taken over'),
  actionNotAllowed: control('the request does not allow this now'),
  staleDecision: control('the decision is about a step that is no longer waiting'),
  notAnApprover: control('only the approvers of this decision may decide'),
  extensionNeedsApproval: control('a further extension needs an approval'),
  badMessage: control('the message is malformed'),
} as const satisfies Record<string, FailureMeaning>

export type FailureCode = keyof typeof failures

export function isFailureCode(value: unknown): value is FailureCode {
  return typeof value === 'string' && Object.hasOwn(failures, value)
}

export function failureClass(code: FailureCode): FailureClass {
  return failures[code].class
}

/** One sentence: what the code means, and the detail that tells which. */
export function failureSentence(code: FailureCode, detail?: string): string {
  const { sentence } = failures[code]
  return detail === undefined || detail === '' ? sentence : `${sentence}: ${detail}`
}

/** The retry policy of site and database activities, in seconds. */
export const backOff = { initialSeconds: 1, coefficient: 2, maximumSeconds: 20 } as const

/** How many attempts fit into `limitSeconds` of back-off; Temporal wants a number, people think in hours. */
export function attemptsWithin(limitSeconds: number): number {
  let attempts = 1
  let waited = 0
  let pause: number = backOff.initialSeconds
  while (waited + pause <= limitSeconds) {
    waited += pause
    attempts += 1
    if (pause === backOff.maximumSeconds) return attempts + Math.floor((limitSeconds - waited) / pause)
    pause = Math.min(pause * backOff.coefficient, backOff.maximumSeconds)
  }
  return attempts
}

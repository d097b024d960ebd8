/** What a recorded event says after the name of who did it, where its own name would not read well. */
const words: Readonly<Record<string, string>> = {
  requested: 'requested the VM',
  opened: 'took it up',
  reopened: 'opened it again',
  approvalAsked: 'asked for approval',
  approvedByRule: 'found that it needs no approval',
  placeStarted: 'began to look for a place',
  placed: 'chose a place',
  cloned: 'cloned the VM',
  poweredOn: 'powered the VM on',
  handedOver: 'handed the VM over',
  held: 'stopped and asked an operator',
  operatorRetry: 'decided to try again',
  operatorSkip: 'decided to skip the step',
  operatorAbort: 'gave it up',
  extended: 'extended the lease',
  warnStarted: 'began to warn the owner',
  warned: 'warned the owner',
  powerOffStarted: 'began to power the VM off',
  expired: 'powered the VM off: the lease is over',
  graceEnded: 'ended the grace period',
  releaseRequested: 'gave the VM back',
  released: 'powered the VM off: it was given back',
  undoEnded: 'ended the time for restoring',
  restoreRequested: 'asked to have the VM back',
  powerOnStarted: 'began to power the VM on',
  waitForIpStarted: 'began to wait for the address',
  restored: 'handed the VM over again',
  resumed: 'handed the VM over again',
  cancelRequested: 'cancelled the request',
  cancelIgnored: 'ignored a cancel',
  destroyStarted: 'began to destroy the VM',
  retired: 'destroyed the VM',
}

/** An event without words of its own reads as its name does: `somethingNew` is "something new". */
export const eventWords = (event: string): string =>
  words[event] ?? event.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()

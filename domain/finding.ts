import { allows, type Held, type VmRequestAction, type VmRequestState } from './vm-request.ts'

/** What reconciling can find, most pressing first. Kinds are stored: none is renamed or removed. */
export const findingKinds = [
  'vanished',
  'twin',
  'reIdentified',
  'reTagged',
  'overdue',
  'notCompared',
  'duplicateAddress',
  'onAfterLease',
  'orphan',
  'copy',
  'moved',
  'renamed',
  'powerDrift',
  'addressChanged',
  'workflowMissing',
] as const
export type FindingKind = (typeof findingKinds)[number]

/** act: it does not go on without a person · look: nothing is lost, somebody should see it · note: Berth copes */
export const findingSeverities = ['act', 'look', 'note'] as const
export type FindingSeverity = (typeof findingSeverities)[number]

/** Something that a reconcile run saw; (kind, subject) identifies it from run to run. */
export interface Finding {
  kind: FindingKind
  /** Request id, or the VM's instanceUuid where the VM itself is what is odd; what could not be looked at, if that is it. */
  subject: string
  /** The request that it is about, as far as a marker says so: it may be unknown. */
  requestId?: string
  /** What differs, as a sentence without its full stop. */
  detail: string
  /** Of a VM that reports another address: another one again is another finding. */
  address?: string
  /** Berth put it right in the same run: told, and over. */
  repaired?: true
}

/** What people can do about a finding. */
interface Advice {
  /** The usual thing first; or that nothing need be done. */
  whatCanBeDone: readonly string[]
  /** What the VM's owner reads beside the finding; without it the owner is not told. */
  ownerCan?: string
}

interface FindingMeaning extends Advice {
  /** What happened to what, as a heading. */
  title: string
  severity: FindingSeverity
  /**
   * Seen by so many runs in a row before it counts: a run reads vCenter and the record one after the other, so what Berth
   * itself, or a guest that starts, could explain for a moment needs two.
   */
  runs: number
  /**
   * Which run can tell that it is over: one that saw the request's VM, or knows that it is gone; one that saw all VMs, where
   * any could be the other one; one that was at the site at all; or any.
   */
  about: 'vm' | 'vms' | 'site' | 'workflow'
  /** Instead, while the request allows the act: the first that fits. Each says when it holds, as they may be read together. */
  whileAllowed?: readonly (Advice & { act: VmRequestAction })[]
  /** The action of the request that settles it. */
  settledBy?: VmRequestAction
}

const bringItBack = 'Bring it back in vCenter, with its instanceUuid and its marker: everything goes on as before'
const frees = 'that frees its quota and its name. Berth builds nothing again by itself'
const onUntilItsTime =
  'Berth does not power it off by guess; it is destroyed when its time is over, as its owner was told'

export const findingMeanings: Record<FindingKind, FindingMeaning> = {
  vanished: {
    title: 'VM is gone from vCenter',
    severity: 'act',
    runs: 2,
    about: 'vm',
    whatCanBeDone: ['If its request is ending: nothing. It ends without the VM, and frees its quota and its name'],
    ownerCan: 'You need do nothing: the request ends without the VM.',
    whileAllowed: [
      {
        act: 'releaseVm',
        whatCanBeDone: [bringItBack, `Or, if it was handed over, release it, by its owner or an operator: ${frees}`],
        ownerCan: 'Bring it back there, or release it to free the quota. Berth does not build it again by itself.',
      },
      {
        act: 'cancelRequest',
        whatCanBeDone: [
          bringItBack,
          `Or, if it was not handed over yet, cancel it, by its owner or an operator: ${frees}`,
        ],
        ownerCan:
          'Bring it back there, or cancel the request to free the quota. Berth does not build it again by itself.',
      },
      {
        act: 'restoreVm',
        whatCanBeDone: [
          'If it was released: nothing. It ends at its time, and frees its quota and its name. Only to restore it, bring it back in vCenter first',
        ],
        ownerCan:
          'You need do nothing: it was released, and its quota is free when its time is over. Only to restore it, bring it back there first.',
      },
      {
        act: 'operatorDecision',
        whatCanBeDone: [
          'If it was given up, or is being destroyed: decide about its hold, as an operator. It ends, and frees its quota and its name',
        ],
        ownerCan: 'You need do nothing: the operators end the request.',
      },
    ],
    settledBy: 'releaseVm',
  },
  twin: {
    title: 'Two VMs are one request’s',
    severity: 'act',
    runs: 1,
    about: 'vms',
    whatCanBeDone: [
      'Find out which one the owner uses; take the marker away from the other, or remove it in vCenter',
      'Until then every step that would touch either is held',
    ],
  },
  reIdentified: {
    title: 'VM has another instanceUuid',
    severity: 'act',
    runs: 1,
    about: 'vm',
    whatCanBeDone: [
      'Give it its instanceUuid back in vCenter, the request’s id, as the sentence says it',
      'Until then Berth does not touch it; a step that would is held',
    ],
  },
  reTagged: {
    title: 'VM lost its marker',
    severity: 'act',
    runs: 1,
    about: 'vm',
    whatCanBeDone: [
      'Put both keys back into the VM’s advanced configuration, as the sentence says them',
      'Until then Berth does not touch it: its power-off and its destruction are held',
    ],
  },
  overdue: {
    title: 'Lease is overdue',
    severity: 'act',
    runs: 1,
    about: 'workflow',
    whatCanBeDone: [
      'Paused: unpause it in the Temporal UI; it does at once what is due',
      'Failing workflow task: it is a fault of Berth; nothing is lost, and it goes on once workers with the cure run',
      'Else open its workflow in the Temporal UI: its pending activity says what it tries',
    ],
  },
  notCompared: {
    title: 'Not compared with vCenter',
    severity: 'look',
    runs: 2,
    about: 'site',
    whatCanBeDone: [
      'Cure what the sentence says: a silent agent, its login or a privilege, a datastore or host that is away, a managed folder that was removed or renamed',
      'Until then nothing is said of those VMs: what was known of them stays as it was. Requests and leases go on',
      'A folder that no catalog item and no open request uses any more is forgotten when the workers are restarted',
    ],
  },
  duplicateAddress: {
    title: 'Two VMs report one address',
    severity: 'look',
    runs: 2,
    about: 'vms',
    whatCanBeDone: [
      'Usual cause: their template has a filled /etc/machine-id, and DHCP gave both one lease. Empty it in the template',
      'In one of the two: a new machine-id, then a new DHCP lease. Until then ssh may reach either',
    ],
    ownerCan: 'Logging in may reach the other VM. An operator sees it too.',
  },
  onAfterLease: {
    title: 'VM is on after its lease',
    severity: 'look',
    runs: 2,
    about: 'vm',
    whatCanBeDone: ['Somebody powered it on in vCenter. If it is not needed, power it off there', onUntilItsTime],
    whileAllowed: [
      {
        act: 'extendLease',
        whatCanBeDone: [
          'Somebody powered it on in vCenter. If its lease is over and it is needed, extend the lease; if not, power it off there',
          onUntilItsTime,
        ],
      },
      {
        act: 'restoreVm',
        whatCanBeDone: [
          'Somebody powered it on in vCenter. If it was released and is needed, restore it while its lease runs; if not, power it off there',
          onUntilItsTime,
        ],
      },
    ],
  },
  orphan: {
    title: 'VM without a request',
    severity: 'look',
    runs: 2,
    about: 'vms',
    whatCanBeDone: [
      'Look at it in vCenter: if nobody needs it, remove it there',
      'To keep it, take the keys berth.installationId and berth.requestId away: then it is no longer Berth’s. Berth never destroys by guess',
    ],
  },
  copy: {
    title: 'Copy of a VM',
    severity: 'look',
    runs: 1,
    about: 'vms',
    whatCanBeDone: [
      'Take the keys berth.installationId and berth.requestId away from the copy: then it is nobody’s but its maker’s',
      'Berth never touches a copy',
    ],
  },
  moved: {
    title: 'VM was moved',
    severity: 'note',
    runs: 1,
    about: 'vm',
    whatCanBeDone: [
      'Nothing, as long as the agent’s account has its privileges there: Berth knows the VM by its instanceUuid',
    ],
  },
  renamed: {
    title: 'VM was renamed',
    severity: 'note',
    runs: 1,
    about: 'vm',
    whatCanBeDone: ['Nothing: Berth knows the VM by its instanceUuid. The name it had stays taken until its end'],
  },
  powerDrift: {
    title: 'VM is off in its lease',
    severity: 'note',
    runs: 2,
    about: 'vm',
    whatCanBeDone: ['Nothing: in its lease the power is its owner’s business. Power it on in vCenter if they ask'],
    ownerCan: 'Shut down from inside, or powered off in vCenter; an operator can power it on there.',
  },
  addressChanged: {
    title: 'VM changed its address',
    severity: 'note',
    runs: 2,
    about: 'vm',
    whatCanBeDone: ['Nothing: the VM’s page and its ssh line show the address that it reports now'],
  },
  workflowMissing: {
    title: 'Workflow was gone',
    severity: 'note',
    runs: 1,
    about: 'workflow',
    whatCanBeDone: ['Nothing: it was started again and goes on from the record'],
  },
}

/** What to do about a finding while its request is so. */
export function adviceOn(
  kind: FindingKind,
  request?: { state: VmRequestState; hold?: Held | null | undefined },
): Advice {
  const { whileAllowed = [], ...otherwise } = findingMeanings[kind]
  if (request === undefined) return otherwise
  return whileAllowed.find(({ act }) => allows(request.state, act, request.hold ?? undefined)) ?? otherwise
}

/** How much of a site a reconcile run could look at. */
export type VmsSeen = 'all' | 'some' | 'none'

/** Kinds of which a run that does not see them knows that they are over: of every request, or of those whose VM it saw. */
export function kindsThatEnd(vmsSeen: VmsSeen): { ofAll: FindingKind[]; ofSeen: FindingKind[] } {
  const ends = { workflow: true, site: vmsSeen !== 'none', vms: vmsSeen === 'all', vm: false }
  return {
    ofAll: findingKinds.filter((kind) => ends[findingMeanings[kind].about]),
    ofSeen: findingKinds.filter((kind) => vmsSeen !== 'none' && findingMeanings[kind].about === 'vm'),
  }
}

/** Kinds that a request's own page shows, with the runs they need. */
export const ownersFindingKinds = findingKinds.filter((kind) => findingMeanings[kind].ownerCan !== undefined)

/** A whole site that looks empty is more likely a vCenter being restored, or a lost privilege, than a hundred losses. */
export const looksLikeOneTrouble = (missing: number, expected: number): boolean =>
  missing >= 10 && missing * 2 > expected

import type { ApprovalItem } from '@berth/contract/approval-list.ts'
import type { AuditEntry } from '@berth/contract/audit.ts'
import type { CatalogItem } from '@berth/contract/catalog-item.ts'
import type { EndpointResponse } from '@berth/contract/endpoints.ts'
import type { HoldGroup, HoldGroupRetried } from '@berth/contract/hold-group.ts'
import type { Me } from '@berth/contract/me.ts'
import type { FindingEntry, Notice } from '@berth/contract/operations.ts'
import type { Preview } from '@berth/contract/preview.ts'
import type { Site } from '@berth/contract/site.ts'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { failures, type FailureCode } from '@berth/domain/failures.ts'
import { adviceOn, findingMeanings, type FindingKind } from '@berth/domain/finding.ts'
import type { Waiting } from '@berth/contract/waiting.ts'
import { addSeconds, instantOf } from '@berth/domain/instant.ts'
import type { QuotaLine } from '@berth/domain/quota.ts'
import {
  operatorActionsFor,
  type HoldableState,
  type HoldStep,
  type StepName,
  type VmRequestState,
} from '@berth/domain/vm-request.ts'
import { aVmRequest } from './a-vm-request.ts'

/** What the mock answers: one request in each state, relative to now, so that the pages look alive. */

const now = instantOf(Date.now())
const day = 86_400
const ago = (seconds: number) => addSeconds(now, -seconds)
const ahead = (seconds: number) => addSeconds(now, seconds)

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGKQx2yNq9f1u5w7p2T1r1mX0b0cQ2gq0cWl9o5Qf1Xe alex@laptop'

export const person: Me = {
  userId: 'alex',
  displayName: 'Alex Okafor',
  roles: ['developer', 'approver', 'operator'],
  teams: [
    { id: 'platform', name: 'Platform' },
    { id: 'data', name: 'Data science' },
  ],
  sshPublicKeys: [key],
  temporalUiUrl: 'http://127.0.0.1:8233/namespaces/berth/workflows',
}

/** As the API gives a VM that is off: nobody can log in. */
const off = (handedOverAgo: number, leaseEndsIn: number): Partial<VmRequest> => {
  const { address: _, ssh: __, ...rest } = handedOver(handedOverAgo, leaseEndsIn)
  return rest
}

/** Stable ids, so that screenshots have stable addresses. */
export const idOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

const built = (finishedAgo: number): VmRequest['steps'] =>
  (['place', 'clone', 'powerOn', 'waitForIp'] satisfies StepName[]).map((name, index) => ({
    name,
    state: 'done',
    round: 1,
    startedAt: ago(finishedAgo + 40 - 10 * index),
    endedAt: ago(finishedAgo + 30 - 10 * index),
  }))

const handedOver = (handedOverAgo: number, leaseEndsIn: number): Partial<VmRequest> => ({
  requestedAt: ago(handedOverAgo + 62),
  handedOverAt: ago(handedOverAgo),
  leaseEndsAt: ahead(leaseEndsIn),
  steps: built(handedOverAgo),
  address: '10.20.30.47',
  placement: { datastore: 'LocalDS_1', network: 'VM Network' },
  ssh: { command: 'ssh ubuntu@10.20.30.47', user: 'ubuntu', host: '10.20.30.47', port: 22 },
})

const approval: VmRequest['approvals'][number] = {
  id: 'approval-1',
  subject: 'request',
  level: 1,
  approvers: ['alex', 'kim'],
  approverNames: ['Alex Okafor', 'Kim Larsen'],
  openedAt: ago(7_800),
}

const codeOf = (message: string): FailureCode =>
  (Object.keys(failures) as FailureCode[]).find((code) => message.startsWith(failures[code].sentence)) ??
  'datastoreFull'

const held = (
  number: number,
  heldFrom: HoldableState,
  step: HoldStep,
  message: string,
  more: Partial<VmRequest> = {},
) =>
  aVmRequest({
    id: idOf(number),
    vmName: `platform-maria-ubuntu-${String(number).padStart(4, '0')}`,
    state: 'held',
    ownerId: 'maria',
    ownerName: 'Maria Costa',
    requestedAt: ago(5_400),
    hold: {
      heldFrom,
      step,
      attempt: 2,
      code: codeOf(message),
      message,
      actions: operatorActionsFor(heldFrom, step),
      overridable: {
        datastores: ['LocalDS_0', 'LocalDS_1', 'LocalDS_2'],
        networks: ['VM Network', 'DMZ'],
        resourcePools: ['/Frankfurt/host/C0/Resources', '/Frankfurt/host/C1/Resources/berth'],
        vmName: true,
      },
      heldAt: ago(4_000 + number),
      ...(heldFrom === 'provisioning' ? { cleanUpAt: ahead(7 * day) } : {}),
    },
    steps: [{ name: 'place', state: 'failed', round: 1, startedAt: ago(4_300) }],
    actions: ['operatorDecision', 'cancelRequest'],
    workflowUrl: 'http://127.0.0.1:8233/namespaces/berth/workflows/vm-request',
    ...more,
  })

const full = 'no allowed datastore has enough free space: LocalDS_1 has 3 GiB free, 40 GiB needed'

export const requests: VmRequest[] = [
  aVmRequest({
    id: idOf(1),
    approvalReason: 'a lease above 1 h needs an approval',
    state: 'active',
    ...handedOver(5 * day, 9 * day),
    warnings: [
      { event: 'leaseEnding', at: ahead(2 * day) },
      { event: 'leaseEnding', at: ahead(8 * day) },
    ],
    actions: ['extendLease', 'releaseVm'],
    approvals: [
      {
        ...approval,
        decision: 'approved',
        byName: 'Kim Larsen',
        openedAt: ago(5 * day + 58),
        decidedAt: ago(5 * day + 45),
      },
    ],
  }),
  aVmRequest({
    id: idOf(2),
    vmName: 'platform-alex-debian-0012',
    state: 'provisioning',
    requestedAt: ago(30),
    steps: [
      { name: 'place', state: 'done', round: 1, startedAt: ago(24), endedAt: ago(23.6) },
      { name: 'clone', state: 'running', round: 1, startedAt: ago(23), progress: 64 },
      { name: 'powerOn', state: 'waiting', round: 1 },
      { name: 'waitForIp', state: 'waiting', round: 1 },
    ],
    placement: { datastore: 'LocalDS_1', network: 'VM Network' },
    actions: ['cancelRequest'],
  }),
  aVmRequest({
    id: idOf(3),
    vmName: 'data-alex-ubuntu-0003',
    teamId: 'data',
    teamName: 'Data science',
    state: 'awaitingApproval',
    sizeId: 'large',
    vCpu: 8,
    memoryMiB: 32_768,
    diskGiB: 200,
    requestedAt: ago(7_900),
    approvals: [approval],
    approvalReason: 'size large always needs an approval',
    actions: ['cancelRequest'],
  }),
  aVmRequest({
    id: idOf(4),
    vmName: 'platform-alex-ubuntu-0004',
    state: 'validating',
    requestedAt: ago(2),
    actions: ['cancelRequest'],
  }),
  aVmRequest({
    id: idOf(5),
    vmName: 'platform-alex-ubuntu-0005',
    state: 'expired',
    ...off(16 * day, -2 * day),
    expiredAt: ago(2 * day),
    destroyedAt: ahead(5 * day),
    warnings: [
      { event: 'leaseEnding', at: ago(5 * day), deliveredAt: ago(5 * day) },
      { event: 'leaseEnding', at: ago(3 * day), deliveredAt: ago(3 * day) },
      { event: 'destructionNear', at: ahead(1.5 * day) },
    ],
    actions: ['extendLease', 'releaseVm'],
  }),
  aVmRequest({
    id: idOf(6),
    vmName: 'platform-alex-ubuntu-0006',
    state: 'released',
    ...off(4 * day, 10 * day),
    releasedAt: ago(7_200),
    restorableUntil: ahead(22 * 3_600),
    destroyedAt: ahead(22 * 3_600),
    actions: ['restoreVm'],
  }),
  held(7, 'provisioning', 'place', full),
  held(8, 'provisioning', 'place', full.replace('40', '80'), { ownerId: 'alex', ownerName: 'Alex Okafor' }),
  held(9, 'provisioning', 'waitForIp', 'the VM reported no usable address: 169.254.12.3 is link-local', {
    hold: {
      heldFrom: 'provisioning',
      step: 'waitForIp',
      attempt: 1,
      code: 'addressTimeout',
      message: 'the VM reported no usable address: 169.254.12.3 is link-local',
      actions: ['retry', 'skip', 'abort', 'keep'],
      heldAt: ago(900),
      cleanUpAt: ahead(7 * day),
    },
    steps: [...built(1_200).slice(0, 3), { name: 'waitForIp', state: 'failed', round: 1, startedAt: ago(1_800) }],
  }),
  aVmRequest({
    id: idOf(10),
    vmName: 'platform-alex-ubuntu-0010',
    state: 'retiring',
    ...off(20 * day, -8 * day),
    expiredAt: ago(8 * day),
    steps: [...built(20 * day), { name: 'destroy', state: 'running', round: 1, startedAt: ago(12) }],
  }),
  aVmRequest({
    id: idOf(11),
    vmName: 'platform-alex-ubuntu-0011',
    state: 'active',
    ...handedOver(13 * day, 5_400),
    warnings: [{ event: 'leaseEnding', at: ago(1_800), deliveredAt: ago(1_795) }],
    actions: ['extendLease', 'releaseVm'],
  }),
  aVmRequest({
    id: idOf(12),
    vmName: 'platform-alex-ubuntu-0012',
    state: 'active',
    ...handedOver(3 * day, 11 * day),
    findings: [
      {
        kind: 'vanished',
        sentence: 'vCenter no longer has platform-alex-ubuntu-0012',
        advice: adviceOn('vanished', { state: 'active' }).ownerCan ?? '',
        since: ago(1_500),
      },
    ],
    actions: ['extendLease', 'releaseVm'],
  }),
  aVmRequest({
    id: idOf(13),
    vmName: 'platform-alex-ubuntu-0013',
    state: 'active',
    ...handedOver(3 * day, 11 * day),
    findings: [
      {
        kind: 'duplicateAddress',
        sentence: 'platform-alex-ubuntu-0013 and platform-maria-ubuntu-0014 report the same address, 10.20.30.47',
        advice: findingMeanings.duplicateAddress.ownerCan ?? '',
        since: ago(1_500),
      },
    ],
    actions: ['extendLease', 'releaseVm'],
  }),
  aVmRequest({
    id: idOf(14),
    vmName: 'platform-alex-ubuntu-0014',
    state: 'active',
    ...handedOver(3 * day, 11 * day),
    intent: 'release',
    steps: [...built(3 * day), { name: 'powerOff', state: 'running', round: 1, startedAt: ago(8) }],
  }),
  aVmRequest({
    id: idOf(15),
    vmName: 'platform-alex-ubuntu-0015',
    state: 'expired',
    ...off(15 * day, 7 * day),
    expiredAt: ago(day),
    intent: 'resume',
    lease: { ...aVmRequest().lease, extensionsUsed: 1 },
    steps: [
      ...built(15 * day),
      { name: 'powerOff', state: 'done', round: 1, startedAt: ago(day), endedAt: ago(day - 40) },
      { name: 'powerOn', state: 'running', round: 2, startedAt: ago(4) },
    ],
    actions: ['extendLease', 'releaseVm'],
  }),
  aVmRequest({
    id: idOf(16),
    vmName: 'platform-alex-ubuntu-0016',
    state: 'active',
    ...handedOver(29 * day, 3_597),
    lease: { ...aVmRequest().lease, extensionsUsed: 2 },
    warnings: [
      { event: 'leaseEnding', at: ago(day), deliveredAt: ago(day) },
      { event: 'leaseEnding', at: ago(3_600), deliveredAt: ago(3_600) },
    ],
    actions: ['extendLease', 'releaseVm'],
  }),
  held(17, 'expired', 'powerOn', 'the cluster has no resources left: memory of cluster C0', {
    vmName: 'platform-alex-ubuntu-0017',
    ownerId: 'alex',
    ownerName: 'Alex Okafor',
    ...off(20 * day, -8 * day),
    expiredAt: ago(8 * day),
    destroyedAt: ago(day),
    actions: ['extendLease', 'releaseVm', 'operatorDecision'],
  }),
  held(18, 'provisioning', 'clone', 'a vCenter task failed: the disk chain is inconsistent', {
    vmName: 'platform-alex-ubuntu-0018',
    ownerId: 'alex',
    ownerName: 'Alex Okafor',
    hold: {
      heldFrom: 'provisioning',
      step: 'clone',
      attempt: 3,
      code: 'vcenterTaskFailed',
      message: 'a vCenter task failed: the disk chain is inconsistent',
      actions: ['abort'],
      heldAt: ago(4_000),
      cleanUpAt: ahead(7 * day),
      givenUp: true,
    },
    steps: [...built(4_100).slice(0, 1), { name: 'clone', state: 'failed', round: 1, startedAt: ago(4_060) }],
    actions: ['operatorDecision'],
  }),
  aVmRequest({
    id: idOf(21),
    vmName: 'platform-alex-ubuntu-0021',
    state: 'retired',
    ...off(30 * day, -16 * day),
    expiredAt: ago(16 * day),
    steps: [
      ...built(30 * day),
      { name: 'powerOff', state: 'done', round: 1, startedAt: ago(16 * day), endedAt: ago(16 * day - 40) },
      { name: 'destroy', state: 'done', round: 1, startedAt: ago(9 * day + 12), endedAt: ago(9 * day) },
    ],
    destroyedAt: ago(9 * day),
    endedAt: ago(9 * day),
  }),
  aVmRequest({
    id: idOf(22),
    vmName: 'platform-alex-ubuntu-0022',
    state: 'rejected',
    reasons: [
      'the catalog item is not offered: ubuntu-22-04',
      'the quota does not allow it: nothing is held for this request',
    ],
    endedAt: ago(3 * day),
  }),
  aVmRequest({
    id: idOf(23),
    vmName: 'platform-alex-ubuntu-0023',
    state: 'declined',
    approvals: [
      {
        ...approval,
        decision: 'declined',
        byName: 'Kim Larsen',
        reason: 'use the shared build host',
        decidedAt: ago(2 * day),
      },
    ],
    endedAt: ago(2 * day),
  }),
  aVmRequest({
    id: idOf(24),
    vmName: 'platform-alex-ubuntu-0024',
    state: 'lapsed',
    requestedAt: ago(9 * day),
    endedAt: ago(2 * day),
    approvals: [approval],
  }),
  aVmRequest({
    id: idOf(25),
    vmName: 'platform-alex-ubuntu-0025',
    state: 'cancelled',
    endedBy: 'Alex Okafor',
    reasons: ['not needed any more'],
    endedAt: ago(day),
  }),
  aVmRequest({
    id: idOf(26),
    vmName: 'platform-alex-ubuntu-0026',
    state: 'failed',
    reasons: [
      'the template was not found: /Frankfurt/vm/templates/ubuntu-24.04',
      'given up by an operator: the template is being rebuilt, ask again tomorrow',
    ],
    endedBy: 'Olga Petrova',
    tryAgainFrom: 'place',
    endedAt: ago(day),
  }),
]

const longWord = 'integration-of-the-quarterly-reporting-warehouse-with-the-eu-sa1'
export const longRequests: VmRequest[] = requests.map((request) => ({
  ...request,
  vmName: longWord.slice(0, 59) + request.id.slice(-4),
  ownerName: 'Maximiliane Wolfeschlegelsteinhausenbergerdorff-Okonkwo',
  teamName: 'Cross-regional reporting and reconciliation engineering',
  purpose: `${'A long purpose that goes on and on, as people write when they copy a whole ticket into the field. '.repeat(4)}${'x'.repeat(90)}`,
  ...(request.address === undefined ? {} : { address: '2001:0db8:85a3:0000:0000:8a2e:0370:7334' }),
}))

const quota: QuotaLine[] = [
  { resource: 'vms', used: 4, requested: 1, limit: 10 },
  { resource: 'vCpu', used: 4, requested: 2, limit: 8 },
  { resource: 'memoryMiB', used: 8_192, requested: 4_096, limit: 16_384 },
  { resource: 'diskGiB', used: 160, requested: 40, limit: null },
]

export const approvals = (of: VmRequest[]): ApprovalItem[] =>
  of
    .filter(({ state }) => state === 'awaitingApproval' || state === 'validating')
    .map((request, index) => ({
      approval: { ...approval, id: `approval-${index}` },
      request: {
        ...request,
        state: 'awaitingApproval',
        approvalReason: request.sizeId === 'large' ? request.approvalReason : 'a lease above 1 h needs an approval',
        vmName: request.vmName.replace('alex', 'maria'),
        ownerId: 'maria',
        ownerName: request.ownerName.replace('Alex Okafor', 'Maria Costa'),
        actions: ['decideApproval'],
      },
      lapsesAt: ahead(6 * day),
      quota,
      ownersRequests: { total: 12, open: 2, declined: 1 },
    }))

export const decided = (of: VmRequest[]): ApprovalItem[] =>
  of
    .filter(({ state }) => state === 'active' || state === 'declined')
    .map((request, index) => ({
      approval: {
        ...approval,
        id: `decided-${index}`,
        decision: request.state === 'active' ? 'approved' : 'declined',
        ...(request.state === 'active' ? {} : { reason: 'use the shared build host' }),
        decidedAt: ago(index * day + 600),
      },
      request,
      quota,
      ownersRequests: { total: 1, open: 1, declined: 0 },
    }))

const sizes = [
  { id: 'small', vCpu: 2, memoryMiB: 4_096, diskGiB: 40 },
  { id: 'medium', vCpu: 4, memoryMiB: 8_192, diskGiB: 80 },
  { id: 'large', vCpu: 8, memoryMiB: 32_768, diskGiB: 200 },
]
const item: CatalogItem = {
  id: 'ubuntu-24-04',
  version: 3,
  name: 'Ubuntu 24.04',
  description: 'Ubuntu Server LTS with Docker and build tools',
  os: 'Ubuntu',
  siteId: 'frankfurt',
  sizes,
  sshUser: 'ubuntu',
  sshPort: 22,
  lease: { defaultSeconds: 14 * day, minLeaseSeconds: 60, maxGrantSeconds: 30 * day, maxTotalSeconds: 90 * day },
  approval: { notNeededFor: { sizeIds: ['small'], maxLeaseSeconds: 3_600 } },
  usuallyReadySeconds: 40,
}
export const catalogItems: CatalogItem[] = [
  item,
  { ...item, id: 'debian-13', name: 'Debian 13', description: 'Plain Debian, nothing added', os: 'Debian' },
]

export const preview: Preview = {
  vmName: 'platform-alex-ubuntu-0027',
  quota,
  approval: {
    needed: true,
    reason: 'a lease above 1 h needs an approval',
    approvers: ['kim', 'sam'],
    approverNames: ['Kim Larsen', 'Sam Weber'],
  },
  leaseEndsAfterSeconds: 14 * day,
  warnings: [7 * day, 3 * day, day].map((beforeEndSeconds) => ({
    beforeEndSeconds,
    afterSeconds: 14 * day - beforeEndSeconds,
  })),
}

const agent: Site['agents'][number] = {
  identity: 'agent/frankfurt/fra-agent-1/0.1.0/4711',
  host: 'fra-agent-1',
  lastContactAt: ago(3),
  version: '0.1.0',
  alive: true,
  clockSkewSeconds: 0,
  slots: { clones: { used: 3, free: 5 }, others: { used: 12, free: 1_988 } },
}
export const sites: Site[] = [
  {
    id: 'frankfurt',
    vcenter: 'https://vcenter.frankfurt.example.test/sdk',
    agents: [
      agent,
      {
        ...agent,
        identity: 'agent/frankfurt/fra-agent-2/0.1.0/99',
        host: 'fra-agent-2',
        clockSkewSeconds: -3_595,
        slots: { clones: { used: 0, free: 8 }, others: { used: 2, free: 1_998 } },
      },
    ],
    backlog: 0,
    clonesQueued: 0,
    work: [
      { step: 'clone', requests: 3 },
      { step: 'waitForIp', requests: 12 },
    ],
    openRequests: 14,
    heldRequests: 3,
  },
  {
    id: 'munich',
    vcenter: 'https://vcenter.munich.example.test/sdk',
    agents: [
      {
        ...agent,
        identity: 'agent/munich/muc-agent-1/0.1.0/17',
        host: 'muc-agent-1',
        lastContactAt: ago(3_000),
        alive: false,
        clockSkewSeconds: null,
        slots: null,
      },
    ],
    backlog: 7,
    clonesQueued: 5,
    work: [{ step: 'clone', requests: 5 }],
    maintenance: { since: ago(2_400), by: 'olga', byName: 'Olga Petrova', reason: 'the storage array is replaced' },
    openRequests: 2,
    heldRequests: 0,
  },
  {
    id: 'vienna',
    vcenter: 'https://vcenter.vienna.example.test/sdk',
    agents: [],
    backlog: 0,
    clonesQueued: 0,
    work: [],
    openRequests: 0,
    heldRequests: 0,
  },
]

export const waiting: Waiting = {
  sentence: 'Site munich is in maintenance by Olga Petrova: the storage array is replaced',
  since: ago(2_400),
  until: 'An operator ends the maintenance; nothing is lost until then',
  asPlanned: false,
}

/** Why this request waits, as far as it is worth a word. */
export const waitingOf = ({ state, steps }: VmRequest): Waiting | null => {
  if (state === 'awaitingApproval')
    return {
      sentence: 'Waiting for Alex Okafor or Kim Larsen, reminded once',
      since: ago(7_800),
      until: 'One of them decides; otherwise the request lapses',
      untilAt: ahead(7 * day - 7_800),
      asPlanned: false,
    }
  return state === 'retiring' && steps.length > 0
    ? {
        sentence: 'The agent of site frankfurt is silent',
        since: ago(310),
        until: 'It is heard of again',
        asPlanned: false,
      }
    : null
}

const stuck = { siteId: 'munich', ownerName: 'Maria Costa', teamName: 'Platform', state: 'provisioning' as const }
export const waitingRequests: EndpointResponse<'listWaiting'>['items'] = [
  {
    ...stuck,
    requestId: idOf(2),
    vmName: 'platform-alex-ubuntu-0002',
    sentence: waiting.sentence,
    since: waiting.since,
    until: waiting.until,
  },
  {
    ...stuck,
    requestId: idOf(3),
    vmName: 'platform-alex-ubuntu-0003',
    siteId: 'frankfurt',
    state: 'awaitingApproval',
    sentence: 'Waiting for Kim Larsen or Sam Weber, reminded twice',
    since: ago(3 * day),
    until: 'One of them decides; otherwise the request lapses',
    untilAt: ahead(4 * day),
  },
  {
    ...stuck,
    requestId: idOf(10),
    vmName: 'platform-alex-ubuntu-0010',
    siteId: 'frankfurt',
    state: 'retiring',
    sentence: 'Destroying the VM is tried again, attempt 14: vCenter refuses the agent’s login: InvalidLogin',
    since: ago(900),
    until: 'A try succeeds; after some hours of them an operator is asked',
  },
]

export const retried: HoldGroupRetried = {
  results: [
    { requestId: idOf(7), vmName: 'platform-alex-ubuntu-0007', outcome: 'retried' },
    {
      requestId: idOf(8),
      vmName: 'platform-alex-ubuntu-0008',
      outcome: 'refused',
      detail:
        'the decision is about a step that is no longer waiting: held at clone, attempt 1, not at place, attempt 2',
    },
  ],
  left: 0,
}

export const holdGroups: HoldGroup[] = [
  { siteId: 'frankfurt', step: 'place', code: 'datastoreFull', requests: 2, since: ago(4_008), example: full },
  ...requests
    .slice(0, 20)
    .flatMap(({ siteId, hold }): HoldGroup[] =>
      hold === undefined || hold.givenUp || hold.step === 'place'
        ? []
        : [{ siteId, step: hold.step, code: hold.code, requests: 1, since: hold.heldAt ?? now, example: hold.message }],
    ),
]

const about = (number: number, vmName: string, state: VmRequestState = 'active') => ({
  subject: idOf(number),
  request: { id: idOf(number), vmName, ownerId: 'maria', ownerName: 'Maria Costa', state },
})

const finding = (
  id: number,
  kind: FindingKind,
  detail: string,
  more: Partial<FindingEntry> & Pick<FindingEntry, 'subject'>,
): FindingEntry => {
  const { title, severity } = findingMeanings[kind]
  const { whatCanBeDone } = adviceOn(kind, more.request)
  return {
    ...{ id: String(id), kind, title, severity, whatCanBeDone: [...whatCanBeDone], detail, siteId: 'frankfurt' },
    ...{ actions: [], firstSeenAt: ago(900), lastSeenAt: now, runs: 7 },
    ...more,
  }
}

const gone = (number: number, seenAgo: number) =>
  finding(number, 'vanished', `vCenter no longer has platform-maria-ubuntu-00${number}`, {
    ...about(number, `platform-maria-ubuntu-00${number}`),
    actions: ['releaseVm'],
    firstSeenAt: ago(seenAgo),
  })

/** One of each class, several of some. */
export const findings: FindingEntry[] = [
  ...[31, 32, 33, 34, 35, 36, 37].map((number) => gone(number, 200 * number)),
  finding(
    2,
    'reTagged',
    `platform-maria-debian-0041 has no marker any more; it should say berth.installationId = berth, berth.requestId = ${idOf(41)}`,
    about(41, 'platform-maria-debian-0041'),
  ),
  finding(
    3,
    'overdue',
    'the lease of data-maria-ubuntu-0042 is over, and it was not powered off: its workflow is paused by oscar@ops (to look at it)',
    about(42, 'data-maria-ubuntu-0042'),
  ),
  finding(
    4,
    'duplicateAddress',
    'platform-maria-debian-0043 and platform-alex-debian-0044 report the same address, 10.20.30.47',
    about(43, 'platform-maria-debian-0043'),
  ),
  finding(
    5,
    'duplicateAddress',
    'platform-alex-debian-0044 and platform-maria-debian-0043 report the same address, 10.20.30.47',
    about(44, 'platform-alex-debian-0044'),
  ),
  finding(6, 'orphan', 'platform-old-0001 (vm-4711) carries our marker, and its request is not open', {
    subject: idOf(90),
    siteId: 'munich',
  }),
  finding(7, 'orphan', 'platform-alex-ubuntu-0021 (vm-4712) carries our marker, and its request is not open', {
    ...about(21, 'platform-alex-ubuntu-0021', 'retired'),
    siteId: 'munich',
  }),
  finding(
    8,
    'copy',
    'backup-of-warehouse (vm-5020) carries the marker of platform-alex-ubuntu-0007, and is another VM',
    { ...about(1, 'platform-alex-ubuntu-0007'), subject: idOf(91) },
  ),
  finding(
    9,
    'renamed',
    'platform-alex-ubuntu-0007 is called do-not-touch in vCenter',
    about(1, 'platform-alex-ubuntu-0007'),
  ),
  finding(
    10,
    'powerDrift',
    'data-maria-ubuntu-0045 is powered off, and its lease goes on',
    about(45, 'data-maria-ubuntu-0045'),
  ),
  finding(
    11,
    'workflowMissing',
    'no workflow looked after platform-alex-ubuntu-0011; it was started again from the record',
    { ...about(11, 'platform-alex-ubuntu-0011'), repairedAt: ago(4_000) },
  ),
]

export const longFindings: FindingEntry[] = findings.map((each) => ({
  ...each,
  siteId: 'frankfurt-am-main-second-data-centre-east',
  detail: `${each.detail.replaceAll('platform-', `${longWord}-`)} ${'and so on '.repeat(12)}${'x'.repeat(90)}`,
  ...(each.request && {
    request: {
      ...each.request,
      vmName: longWord,
      ownerName: 'Maximiliane Wolfeschlegelsteinhausenbergerdorff-Okonkwo',
    },
  }),
}))

export const notices: Notice[] = [
  {
    id: '1',
    requestId: idOf(11),
    vmName: 'platform-alex-ubuntu-0011',
    event: 'leaseEnding',
    channel: 'mail',
    recipient: 'alex@example.test',
    state: 'pending',
    createdAt: ago(1_800),
    lastError: '451 4.3.0 mailbox temporarily unavailable',
  },
]

type Happened = [is: boolean, event: string, byName: string, reason?: string | undefined]

/** What led to the request as it is, in the order in which Berth records it. */
export function audit(request: VmRequest): AuditEntry[] {
  const { state, steps, approvals, ownerName, hold, reasons, endedBy, handedOverAt, intent } = request
  const began = (name: StepName) => steps.some((step) => step.name === name && step.state !== 'waiting')
  const happened: Happened[] = [
    [true, 'requested', ownerName],
    [approvals.length === 0 && steps.length > 0, 'approvedByRule', 'Berth', request.approvalReason],
    [approvals.length > 0, 'approvalAsked', 'Berth', request.approvalReason],
    ...approvals.flatMap(({ decision, byName = 'Kim Larsen', reason = 'fine for two weeks' }) =>
      decision === undefined ? [] : ([[true, decision, byName, reason]] as Happened[]),
    ),
    [began('place'), 'placeStarted', 'Berth'],
    [began('clone'), 'placed', 'Berth', 'LocalDS_1, VM Network'],
    [began('powerOn'), 'cloned', 'Berth'],
    [began('waitForIp'), 'poweredOn', 'Berth'],
    [handedOverAt !== undefined, 'handedOver', 'Berth'],
    [request.lease.extensionsUsed > 0, 'extended', ownerName],
    [request.expiredAt !== undefined, 'expired', 'Berth'],
    [intent === 'release' || request.releasedAt !== undefined, 'releaseRequested', ownerName],
    [request.releasedAt !== undefined, 'released', 'Berth'],
    [state === 'held', 'held', 'Berth', hold?.message],
    [state === 'retiring' || state === 'retired', 'graceEnded', 'Berth'],
    [state === 'retired' || state === 'lapsed', state, 'Berth'],
    [state === 'rejected' || state === 'cancelled', state, endedBy ?? 'Berth', reasons.join('; ')],
    [state === 'failed', 'operatorAbort', endedBy ?? 'Berth', reasons.at(-1)],
  ]
  return happened
    .filter(([is]) => is)
    .map(([, event, byName, reason], index) => ({
      id: String(index),
      requestId: request.id,
      vmName: request.vmName,
      at: addSeconds(request.requestedAt, index * 6),
      by: byName.toLowerCase(),
      byName,
      event,
      ...(reason === undefined ? {} : { reason }),
      change: {},
      prevHash: null,
      hash: '0'.repeat(64),
    }))
}

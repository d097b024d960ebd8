import type { FailureCode } from '@berth/domain/failures.ts'
import type { PlacementFindings, PlacementRules } from '@berth/domain/placement.ts'
import type { Size } from '@berth/domain/size.ts'
import { mostAtOnce } from './most-at-once.ts'
import { createSlowClones } from './slow-clones.ts'
import type { SlowClone } from './slow-clones.ts'
import { untilAborted } from './until-aborted.ts'
import { VcenterFault } from '../vcenter-port.ts'
import type { CloneOrder, EndOrder, KnownVm, OwnedVm, StepProgress, VcenterPort, VmIdentity } from '../vcenter-port.ts'

export interface FakeVm {
  moid: string
  name: string
  folderMoid: string
  instanceUuid: string
  /** Undefined for a VM that nobody of ours made. */
  marker?: VmIdentity
  /** Somebody moved it out of the managed folder. */
  movedOut?: boolean
  poweredOn: boolean
  address?: string
  size: Size
}

/** What happened to VMs, in order: enough to check that a request never had two at once. */
export interface FakeVcenterEvent {
  kind: 'created' | 'poweredOn' | 'poweredOff' | 'destroyed'
  instanceUuid: string
  moid: string
  at: string
  /** Somebody did it in vCenter. */
  byHand?: true
}

export interface HeldCall {
  /** Settles when a call has arrived and waits. */
  reached: Promise<void>
  release(): void
}

type Method = keyof VcenterPort
/** before: the call is refused and does nothing · after: it does its work and the answer is lost */
type When = 'before' | 'after'
interface PlannedFailure {
  code: FailureCode
  message: string
  once: boolean
  when: When
}

/** A vCenter in memory that keeps the port's promises, with knobs for what goes wrong. */
export interface FakeVcenter extends VcenterPort {
  readonly vms: FakeVm[]
  readonly events: FakeVcenterEvent[]
  /** How often each method was called, refused calls included. */
  readonly calls: Record<Method, number>
  /** What findPlacements answers; a test may change it. */
  findings: PlacementFindings
  /** False: powered-on VMs get no address until `assignAddress`. */
  assignsAddresses: boolean
  failNext(method: Method, code: FailureCode, message?: string): void
  failUntilHealed(method: Method, code: FailureCode, message?: string): void
  heal(method: Method): void
  /** The next call does its work, but its caller sees `vcenterUnavailable`. */
  loseNextAnswer(method: Method): void
  /** The next call waits at its beginning until released, or leaves when its signal aborts. */
  holdNext(method: Method): HeldCall
  /** The next clone is under way in vCenter until released, also when its caller has left. */
  slowNextClone(): SlowClone
  assignAddress(requestId: string, address: string): void
  vmOf(requestId: string): FakeVm | undefined
  /** Somebody else's VM. */
  addForeignVm(vm: { name: string; instanceUuid: string; folderMoid?: string }): FakeVm
  /** What somebody makes who clones a VM of ours by hand: the same marker, another instanceUuid. */
  addCopyOf(requestId: string, name: string): FakeVm
  /** As if somebody had deleted the VM in vCenter. */
  removeVm(requestId: string): void
  powerOffByHand(requestId: string): void
  /** As if somebody had moved the VM into a folder that is not Berth's. */
  moveOut(requestId: string): void
  removeMarker(requestId: string): void
  reassignUuid(requestId: string, instanceUuid: string): void
  /** The most VMs that existed at one time with this request's uuid: never above 1. */
  mostVmsAtOnce(requestId: string): number
}

const defaultFindings: PlacementFindings = {
  templateMoid: 'vm-1',
  templateDiskGiB: 10,
  folderMoid: 'group-v1',
  resourcePoolMoid: 'resgroup-1',
  networkName: 'VM Network',
  networkMoid: 'network-1',
  datastores: [
    { name: 'LocalDS_0', moid: 'datastore-1', capacityGiB: 10_000, freeGiB: 10_000 },
    { name: 'LocalDS_1', moid: 'datastore-2', capacityGiB: 10_000, freeGiB: 9_000 },
  ],
}

export function createFakeVcenter(): FakeVcenter {
  const vms: FakeVm[] = []
  const events: FakeVcenterEvent[] = []
  const failures = new Map<Method, PlannedFailure[]>()
  const holds = new Map<Method, { arrived: () => void; released: Promise<void> }[]>()
  const slowClones = createSlowClones<{ moid: string }>()
  const addressWaiters = new Set<() => void>()
  const calls = {
    findPlacements: 0,
    cloneVm: 0,
    powerOnVm: 0,
    waitForAddress: 0,
    powerOffVm: 0,
    destroyVm: 0,
    listOwnedVms: 0,
  }
  let lastMoid = 100
  let lastAddress = 0

  const happened = (kind: FakeVcenterEvent['kind'], vm: FakeVm, how: Pick<FakeVcenterEvent, 'byHand'> = {}) =>
    events.push({ kind, instanceUuid: vm.instanceUuid, moid: vm.moid, at: new Date().toISOString(), ...how })

  const add = (vm: Omit<FakeVm, 'moid' | 'poweredOn'>): FakeVm => {
    lastMoid += 1
    const added = { ...vm, moid: `vm-${lastMoid}`, poweredOn: false }
    vms.push(added)
    happened('created', added)
    return added
  }

  const remove = (vm: FakeVm, how?: Pick<FakeVcenterEvent, 'byHand'>) => {
    vms.splice(vms.indexOf(vm), 1)
    happened('destroyed', vm, how)
  }

  const byUuid = (requestId: string) => vms.find((vm) => vm.instanceUuid === requestId)

  const existing = (requestId: string): FakeVm => {
    const vm = byUuid(requestId)
    if (vm === undefined) throw new Error(`no VM of request ${requestId}`)
    return vm
  }

  const change = (requestId: string, changes: Partial<FakeVm>) => void Object.assign(existing(requestId), changes)

  const isOurs = (vm: FakeVm, identity: VmIdentity) =>
    vm.marker?.installationId === identity.installationId && vm.marker.requestId === identity.requestId

  const ourVm = (identity: KnownVm): FakeVm | undefined => {
    const [vm, ...others] = vms.filter(({ instanceUuid }) => instanceUuid === identity.requestId)
    if (vm !== undefined && (others.length > 0 || !isOurs(vm, identity)))
      throw new VcenterFault('notOurs', [vm, ...others].map(({ name, moid }) => `${name} (${moid})`).join(', '))
    const known = identity.moid === undefined ? undefined : vms.find(({ moid }) => moid === identity.moid)
    if (vm !== undefined || known === undefined) return vm
    const isStrangers = known.marker === undefined && identity.vmName !== undefined && known.name !== identity.vmName
    if (isStrangers || known.marker?.requestId === known.instanceUuid) return undefined
    throw new VcenterFault('notOurs', `${known.name} (${known.moid})`)
  }

  const ourExistingVm = (identity: VmIdentity): FakeVm => {
    const vm = ourVm(identity)
    if (vm === undefined) throw new VcenterFault('vmVanished', `no VM with instanceUuid ${identity.requestId}`)
    return vm
  }

  const toEnd = (order: EndOrder): FakeVm | undefined => {
    const folder = order.placement?.folderMoid
    const named = vms.find((vm) => vm.name === order.vmName && vm.folderMoid === folder && isOurs(vm, order))
    if (named !== undefined && named.instanceUuid !== order.requestId) throw new VcenterFault('notOurs', named.moid)
    return ourVm(order)
  }

  const plan = (method: Method, failure: PlannedFailure) =>
    failures.set(method, [...(failures.get(method) ?? []), failure])

  const failIfPlanned = (method: Method, when: When) => {
    const planned = failures.get(method) ?? []
    const failure = planned.find((candidate) => candidate.when === when)
    if (failure === undefined) return
    if (failure.once) planned.splice(planned.indexOf(failure), 1)
    throw new VcenterFault(failure.code, failure.message)
  }

  const waitIfHeld = async (method: Method, signal?: AbortSignal) => {
    const hold = holds.get(method)?.shift()
    if (hold === undefined) return
    hold.arrived()
    await untilAborted(hold.released, signal)
  }

  /** Every call: count, wait if held, fail if planned, act, lose the answer if planned. */
  const act = async <T>(method: Method, signal: AbortSignal | undefined, work: () => T | Promise<T>): Promise<T> => {
    calls[method] += 1
    signal?.throwIfAborted()
    await waitIfHeld(method, signal)
    failIfPlanned(method, 'before')
    const answer = await work()
    failIfPlanned(method, 'after')
    return answer
  }

  const clone = (order: CloneOrder): { moid: string } => {
    const existing = ourVm(order)
    if (existing !== undefined) return adopt(existing, order)
    const { folderMoid } = order.placement
    if (vms.some((vm) => vm.name === order.vmName && vm.folderMoid === folderMoid)) {
      throw new VcenterFault('nameTaken', order.vmName)
    }
    const marker = { installationId: order.installationId, requestId: order.requestId }
    return add({ name: order.vmName, folderMoid, instanceUuid: order.requestId, marker, size: { ...order.size } })
  }

  const powerOn = (identity: VmIdentity) => {
    const vm = ourExistingVm(identity)
    if (vm.poweredOn) return
    vm.poweredOn = true
    happened('poweredOn', vm)
    if (fake.assignsAddresses) {
      lastAddress += 1
      fake.assignAddress(identity.requestId, `10.20.${Math.floor(lastAddress / 250)}.${(lastAddress % 250) + 1}`)
    }
  }

  const powerOff = (vm: FakeVm | undefined) => {
    if (vm?.poweredOn !== true) return
    vm.poweredOn = false
    delete vm.address
    happened('poweredOff', vm)
  }

  const address = async (identity: VmIdentity, timeoutSeconds: number, signal: AbortSignal): Promise<string> => {
    const deadline = AbortSignal.timeout(timeoutSeconds * 1000)
    for (;;) {
      const vm = ourExistingVm(identity)
      if (vm.address !== undefined) return vm.address
      if (deadline.aborted) throw new VcenterFault('addressTimeout', vm.name)
      const assigned = new Promise<void>((resolve) => addressWaiters.add(resolve))
      await untilAborted(assigned, AbortSignal.any([deadline, signal])).catch((reason: unknown) => {
        if (signal.aborted) throw reason
      })
    }
  }

  const fake: FakeVcenter = {
    vms,
    events,
    calls,
    findings: structuredClone(defaultFindings),
    assignsAddresses: true,

    findPlacements: (rules) => act('findPlacements', undefined, () => allowedBy(rules, fake.findings)),
    cloneVm: (order, progress) =>
      act('cloneVm', progress.signal, async () => {
        const { moid } = await slowClones.run(order, progress, () => clone(order))
        progress.report({ percent: 100 })
        return { moid }
      }),
    powerOnVm: (vm, progress) => act('powerOnVm', progress.signal, () => powerOn(vm)),
    waitForAddress: (vm, rules, progress: StepProgress) =>
      act('waitForAddress', progress.signal, () => address(vm, rules.timeoutSeconds, progress.signal)),
    powerOffVm: (order, _guestShutdownSeconds, progress) =>
      act('powerOffVm', progress.signal, () => {
        const found = toEnd(order)
        powerOff(found)
        return { found: found !== undefined }
      }),
    destroyVm: (order, progress) =>
      act('destroyVm', progress.signal, () => {
        if (slowClones.isUnderWay(order)) throw new VcenterFault('vcenterBusy', `${order.vmName} is being created`)
        const vm = toEnd(order)
        if (vm === undefined) return
        powerOff(vm)
        remove(vm)
      }),
    listOwnedVms: (installationId, _folderPaths, expected = []) =>
      act('listOwnedVms', undefined, () => ({
        vms: vms.flatMap((vm) => ownedVm(vm, installationId, expected)),
        missingFolders: [],
        unreadable: [],
      })),

    failNext: (method, code, message = 'planned by the test') =>
      void plan(method, { code, message, once: true, when: 'before' }),
    failUntilHealed: (method, code, message = 'planned by the test') =>
      void plan(method, { code, message, once: false, when: 'before' }),
    heal: (method) => void failures.delete(method),
    loseNextAnswer: (method) =>
      void plan(method, { code: 'vcenterUnavailable', message: 'the answer was lost', once: true, when: 'after' }),
    holdNext(method) {
      const arrived = Promise.withResolvers<void>()
      const released = Promise.withResolvers<void>()
      holds.set(method, [...(holds.get(method) ?? []), { arrived: arrived.resolve, released: released.promise }])
      return { reached: arrived.promise, release: released.resolve }
    },
    slowNextClone: slowClones.plan,
    assignAddress(requestId, assigned) {
      existing(requestId).address = assigned
      for (const wake of addressWaiters) wake()
      addressWaiters.clear()
    },
    vmOf: byUuid,
    addForeignVm: ({ name, instanceUuid, folderMoid = fake.findings.folderMoid }) =>
      add({ name, instanceUuid, folderMoid, size: { id: 'foreign', vCpu: 1, memoryMiB: 1024, diskGiB: 10 } }),
    addCopyOf(requestId, name) {
      const { movedOut: _moved, ...original } = existing(requestId)
      return add({ ...original, name, instanceUuid: crypto.randomUUID() })
    },
    removeVm(requestId) {
      const vm = byUuid(requestId)
      if (vm !== undefined) remove(vm, { byHand: true })
    },
    powerOffByHand: (requestId) => powerOff(byUuid(requestId)),
    moveOut: (requestId) => change(requestId, { movedOut: true, folderMoid: 'group-v99' }),
    removeMarker: (requestId) => void delete existing(requestId).marker,
    reassignUuid: (requestId, instanceUuid) => change(requestId, { instanceUuid }),
    mostVmsAtOnce: (requestId) => mostAtOnce(events.filter((event) => event.instanceUuid === requestId)),
  }
  return fake
}

/** Like a vCenter that has no other datastores than those. */
function allowedBy({ datastores }: PlacementRules, findings: PlacementFindings): PlacementFindings {
  const allowed = findings.datastores.filter(({ name }) => datastores.includes(name))
  if (allowed.length === 0) throw new VcenterFault('placementMissing', `no datastore ${datastores.join(', ')}`)
  return structuredClone({ ...findings, datastores: allowed })
}

function adopt(vm: FakeVm, order: CloneOrder): { moid: string } {
  const { vCpu, memoryMiB } = order.size
  if (vm.size.vCpu !== vCpu || vm.size.memoryMiB !== memoryMiB) {
    throw new VcenterFault('specificationMismatch', vm.name)
  }
  return { moid: vm.moid }
}

function ownedVm(vm: FakeVm, installationId: string, expected: readonly string[]): OwnedVm[] {
  const { moid, name, instanceUuid, poweredOn, address, folderMoid, marker, movedOut = false } = vm
  const isExpected = expected.includes(instanceUuid)
  if (!isExpected && (movedOut || marker?.installationId !== installationId)) return []
  return [
    {
      ...{ moid, name, instanceUuid, poweredOn, folderMoid, inFolder: !movedOut },
      ...(marker === undefined ? {} : { markerInstallationId: marker.installationId }),
      markerRequestId: marker?.requestId ?? '',
      ...(address === undefined ? {} : { address, addresses: [address] }),
    },
  ]
}

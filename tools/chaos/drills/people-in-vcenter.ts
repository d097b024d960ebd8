import { setTimeout as pause } from 'node:timers/promises'
import { marker } from '@berth/agent-worker/vcenter/own-vm.ts'
import { findingMeanings, type FindingKind } from '@berth/domain/finding.ts'
import { until } from '@berth/testing/until.ts'
import { vmsInVcenter } from '@berth/testing/vms-in-vcenter.ts'
import type { Drill } from '../drill.ts'
import { none, told, within } from '../figures.ts'
import { handsAt, type HandledVm, type Hands } from '../rig/hands-at.ts'
import { allIn, askMany, giveBack } from '../rig/requests.ts'
import type { Rig, RigSite } from '../rig/rig.ts'

/** What a person does to a VM, what reconciling calls it, and how the person makes up for it. */
interface Deed {
  finding: FindingKind
  does(hands: Hands, vm: HandledVm): Promise<unknown>
  /** Before the lease ends: what Berth could not end otherwise. */
  undoes?(hands: Hands, vm: HandledVm, rig: Rig): Promise<unknown>
  /** When all is over: a VM that Berth must leave alone to the last. */
  removes?(hands: Hands, vm: HandledVm): Promise<unknown>
}

const marksOf = (id: string) => [
  { key: marker.installationId, value: 'demo' },
  { key: marker.requestId, value: id },
]
const noMarks = Object.values(marker).map((key) => ({ key, value: '' }))

const deeds: readonly Deed[] = [
  { finding: 'renamed', does: (hands, { ref, name }) => hands.task('Rename_Task', ref, { newName: `${name}-mine` }) },
  { finding: 'moved', does: (hands, { ref }) => hands.move(ref) },
  { finding: 'powerDrift', does: (hands, { ref }) => hands.task('PowerOffVM_Task', ref) },
  {
    finding: 'vanished',
    does: (hands, { ref }) => hands.task('PowerOffVM_Task', ref).then(() => hands.task('Destroy_Task', ref)),
    undoes: (_hands, { id }, rig) => rig.as('developer').call('releaseVm', { params: { id }, body: {} }),
  },
  {
    finding: 'reTagged',
    does: (hands, { ref }) => hands.task('ReconfigVM_Task', ref, { spec: { extraConfig: noMarks } }),
    undoes: (hands, { ref, id }) => hands.task('ReconfigVM_Task', ref, { spec: { extraConfig: marksOf(id) } }),
  },
  {
    finding: 'reIdentified',
    does: (hands, { ref }) => hands.task('ReconfigVM_Task', ref, { spec: { instanceUuid: crypto.randomUUID() } }),
    undoes: (hands, { ref, id }) => hands.task('ReconfigVM_Task', ref, { spec: { instanceUuid: id } }),
  },
  {
    finding: 'copy',
    does: (hands, { ref, name, id }) => hands.copy(ref, `${name}-copy`, { extraConfig: marksOf(id) }),
    removes: (hands, { name }) => hands.remove(`${name}-copy`),
  },
  {
    // As one is left that was restored from a backup, or whose record was lost.
    finding: 'orphan',
    does(hands, { ref, name }) {
      const uuid = crypto.randomUUID()
      return hands.copy(ref, `${name}-orphan`, { instanceUuid: uuid, extraConfig: marksOf(uuid) })
    },
    removes: (hands, { name }) => hands.remove(`${name}-orphan`),
  },
]

/** So many at once: the simulator is one process. */
const handsAtOnce = 10

/** F17, R12: people rename, move, power off, delete, re-tag and copy VMs, and leave some behind. */
export const peopleInVcenter: Drill = {
  name: 'people-in-vcenter',
  does: 'lets people rename, move, power off, delete, re-tag, re-identify and copy VMs in vCenter, and leave orphans there',
  boundSeconds: 300,
  needs: (isLong) => (isLong ? { inventoryVms: 5_000 } : {}),
  async run(rig) {
    const [site] = rig.sites
    if (site === undefined) throw new Error('the rig has no site')
    const ofEach = rig.isLong ? 50 : 1
    const leaseSeconds = rig.isLong ? 1_800 : 120
    const ids = await askMany(rig, deeds.length * ofEach, rig.isLong ? 2 : 8, () => ({ site, leaseSeconds }))
    await allIn(rig, ids, ['active'], 600)
    const hands = await handsAt(site)
    const touched = await oneAfterAnother(ids, async (id, n) => {
      const deed = deeds[n % deeds.length] as Deed
      const vm = await hands.vmOf(id)
      await deed.does(hands, vm)
      rig.plan.note(`a person in vCenter: ${vm.name} (${id}) is to be ${deed.finding}`)
      return { deed, vm }
    })
    const before = await moidsAt(site)
    const seconds = await timeToClassify(rig, site, touched)
    // A run more: what was told once is told again, and nothing else happens.
    await pause(rig.reconcileSeconds * 1_000)
    const now = await moidsAt(site)
    const inTheirLeases = [...before].filter((moid) => !now.has(moid))
    await oneAfterAnother(touched, ({ deed, vm }) => deed.undoes?.(hands, vm, rig) ?? Promise.resolve())
    const { held } = await giveBack(rig, ids, 600)
    const theirs = new Set(touched.map(({ vm }) => vm.ref.value))
    const others = [...before].filter((moid) => !theirs.has(moid))
    const left = await moidsAt(site)
    const wrongly = others.filter((moid) => !left.has(moid))
    await oneAfterAnother(touched, ({ deed, vm }) => deed.removes?.(hands, vm) ?? Promise.resolve())
    const among = `among ${before.size} VMs, reconciling every ${rig.reconcileSeconds} s`
    return [
      within('R12', `until all of ${deeds.length} × ${ofEach} were classified ${among}`, 300, seconds),
      none('R12', `VMs of ${before.size} that were deleted in their leases`, inTheirLeases),
      none('R12', `VMs of ${others.length} that are no request’s and were deleted`, wrongly),
      told('R12', 'requests that needed a person', held.length),
    ]
  },
}

/** Of every VM in the vCenter. */
const moidsAt = async ({ vcenter }: RigSite): Promise<Set<string>> =>
  new Set((await vmsInVcenter(vcenter)).map(({ ref }) => ref.value))

async function oneAfterAnother<T, R>(items: readonly T[], act: (item: T, n: number) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (let from = 0; from < items.length; from += handsAtOnce)
    done.push(
      ...(await Promise.all(items.slice(from, from + handsAtOnce).map((item, offset) => act(item, from + offset)))),
    )
  return done
}

/** Until each is among the findings that operators see: seen by as many runs as its kind needs. */
async function timeToClassify(
  rig: Rig,
  site: RigSite,
  touched: readonly { deed: Deed; vm: HandledVm }[],
): Promise<number> {
  const began = performance.now()
  const awaited = new Set(touched)
  await until(
    'every VM that was touched to be among the findings',
    async () => {
      const rows = await rig.rows<{ kind: FindingKind; subject: string; detail: string; seen: number }>(
        'select kind, subject, detail, seen_count as seen from findings where site_id = $1 and resolved_at is null',
        [site.id],
      )
      const shown = Map.groupBy(
        rows.filter(({ kind, seen }) => seen >= findingMeanings[kind].runs),
        ({ kind }) => kind,
      )
      for (const one of awaited) {
        const { deed, vm } = one
        const isIt = (shown.get(deed.finding) ?? []).some(
          ({ subject, detail }) => subject === vm.id || detail.includes(vm.name) || detail.includes(vm.id),
        )
        if (isIt) awaited.delete(one)
      }
      if (awaited.size === 0) return true
      throw new Error(`not yet: ${[...awaited].map(({ deed }) => deed.finding).join(', ')}`)
    },
    420,
  )
  return (performance.now() - began) / 1_000
}

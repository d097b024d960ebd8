import { marker } from '@berth/agent-worker/vcenter/own-vm.ts'
import type { FindingKind } from '@berth/domain/finding.ts'
import { until } from '@berth/testing/until.ts'
import { vmsInVcenter } from '@berth/testing/vms-in-vcenter.ts'
import type { Drill, Figure } from '../drill.ts'
import { handsAt, type HandledVm, type Hands } from '../rig/hands-at.ts'
import { allIn, ask, settle } from '../rig/requests.ts'
import type { Rig, RigSite } from '../rig/rig.ts'

/** What a person does to a VM, what reconciling calls it, and how the person makes up for it. */
interface Deed {
  finding: FindingKind
  does(hands: Hands, vm: HandledVm): Promise<unknown>
  undoes?(hands: Hands, vm: HandledVm, rig: Rig): Promise<unknown>
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
    does: (hands, { ref, name, id }) => hands.copy(ref, `${name}-copy`, marksOf(id)),
    undoes: (hands, { name }) => hands.remove(`${name}-copy`),
  },
]

const leaseSeconds = { short: 25, long: 240 }

/** F17, R12: people rename, move, power off, delete, re-tag and copy VMs behind Berth's back. */
export const peopleInVcenter: Drill = {
  name: 'people-in-vcenter',
  does: 'lets people rename, move, power off, delete, re-tag, re-identify and copy VMs in vCenter',
  boundSeconds: 300,
  async run(rig) {
    const [site] = rig.sites
    if (site === undefined) throw new Error('the rig has no site')
    const ofEach = rig.isLong ? 20 : 1
    const wish = { site, leaseSeconds: rig.isLong ? leaseSeconds.long : leaseSeconds.short }
    const ids = await Promise.all(Array.from({ length: deeds.length * ofEach + 1 }, () => ask(rig, wish)))
    await allIn(rig, ids, ['active'], 180)
    const hands = await handsAt(site)
    const touched = await Promise.all(
      ids.slice(0, -1).map(async (id, n) => {
        const deed = deeds[n % deeds.length] as Deed
        const vm = await hands.vmOf(id)
        await deed.does(hands, vm)
        rig.plan.note(`a person in vCenter: ${vm.name} (${id}) is to be ${deed.finding}`)
        return { deed, vm }
      }),
    )
    const classified = await timeToClassify(rig, site, touched)
    await allIn(rig, ids, ['active', 'expired', 'retiring', 'retired', 'held'], 10)
    const left = new Set((await vmsInVcenter(site.vcenter)).map(({ name }) => name))
    const gone = touched.filter(({ deed, vm }) => deed.finding === 'copy' && !left.has(`${vm.name}-copy`))
    for (const { deed, vm } of touched) await deed.undoes?.(hands, vm, rig)
    await settle(rig, ids, 180)
    return [
      classified,
      {
        ...{ goal: 'R12', what: 'deletions of what is not ours', wanted: '0' },
        ...{ reached: String(gone.length), isReached: gone.length === 0 },
      },
    ]
  },
}

async function timeToClassify(
  rig: Rig,
  site: RigSite,
  touched: readonly { deed: Deed; vm: HandledVm }[],
): Promise<Figure> {
  const began = performance.now()
  const awaited = new Set(touched)
  await until(
    'every VM that was touched to be among the findings',
    async () => {
      const { rows } = await rig.database.pool.query<{ kind: string; subject: string; detail: string }>(
        'select kind, subject, detail from findings where site_id = $1',
        [site.id],
      )
      for (const one of awaited) {
        const { deed, vm } = one
        const isIt = rows.some(
          ({ kind, subject, detail }) =>
            kind === deed.finding && (subject === vm.id || detail.includes(vm.name) || detail.includes(vm.id)),
        )
        if (isIt) awaited.delete(one)
      }
      if (awaited.size === 0) return true
      throw new Error(`not yet: ${[...awaited].map(({ deed }) => deed.finding).join(', ')}`)
    },
    300,
  )
  const seconds = (performance.now() - began) / 1_000
  return {
    ...{ goal: 'R12', isTime: true, what: `seconds until all ${touched.length} were classified`, wanted: '≤ 300' },
    ...{ reached: seconds.toFixed(0), isReached: seconds <= 300 },
  }
}

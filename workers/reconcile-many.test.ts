import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createControlPlaneActivities } from '@berth/activities/control-plane/index.ts'
import type { PendingNotice } from '@berth/activities/control-plane/control-plane-ports.ts'
import { packVms } from '@berth/activities/vcenter/packed-vms.ts'
import type { Database } from '@berth/database/connect.ts'
import { listedFindings } from '@berth/database/listed-findings.ts'
import { aRequest, aRun, handOver, openWorld, siteId, type World } from '@berth/database/testing/world.ts'
import type { FindingKind } from '@berth/domain/finding.ts'
import { inTurns, startFleet, type FleetVm } from '@berth/testing/vcsim-fleet.ts'

/** A large site on a real vCenter simulator and PostgreSQL: so many VMs, and so many of each trouble. */
const size = 300
const ofEach = 10
const installationId = 'test'

let world: World
let fleet: Awaited<ReturnType<typeof startFleet>>

beforeAll(async () => {
  world = await openWorld({ quotas: [] })
  fleet = await startFleet(installationId, size)
}, 120_000)
afterAll(async () => {
  await fleet.stop()
  await world.close()
})

test('of hundreds of VMs every one that somebody touched is told by its class in two runs, and none is touched by Berth', async () => {
  await recordAsExpired(world.database, fleet.vms)
  const mails: PendingNotice[] = []
  const reconcile = reconciling(mails)
  await reconcile()
  expect(await shown()).toEqual({})

  const left = [...fleet.vms]
  const some = () => left.splice(0, ofEach)
  const troubles: Partial<Record<FindingKind, FleetVm[]>> = {}
  const happens = async (kind: FindingKind, act: (vm: FleetVm) => Promise<unknown>) => {
    const hit = some()
    await inTurns(hit, act)
    troubles[kind] = hit
  }
  await happens('vanished', fleet.by.remove)
  await happens('renamed', fleet.by.rename)
  await happens('moved', fleet.by.move)
  await happens('onAfterLease', fleet.by.powerOn)
  await happens('reTagged', fleet.by.removeMarker)
  await happens('reIdentified', fleet.by.reassignUuid)
  await happens('orphan', ({ requestId }) => close(world.database, requestId))
  const copied = some()
  await inTurns(copied, async (vm) => {
    await close(world.database, vm.requestId)
    await fleet.by.markAs(vm, left[0] ?? vm)
  })

  const before = await fleet.count()
  await reconcile()
  const pages = Math.ceil((size + 1) / 1_000)
  expect((await reconcile()).calls.filter((method) => method === 'FindAllByUuid')).toHaveLength(ofEach)
  expect((await reconcile()).calls.length).toBeLessThanOrEqual(pages)
  const expected = Object.fromEntries(Object.entries(troubles).map(([kind, hit]) => [kind, names(hit)]))
  const { copy, ...others } = await shown()
  expect(others).toEqual(expected)
  expect(copy).toHaveLength(ofEach)
  expect(await fleet.count()).toBe(before)
  expect(fleet.calls.filter((method) => method.endsWith('_Task'))).toEqual([])

  await reconcile()
  const told = mails.filter(({ recipient }) => recipient === 'dora@example.test').map(({ subject }) => subject)
  expect(told.sort()).toEqual(names(troubles.vanished ?? []).map((name) => `${name} is gone from vCenter`))
}, 120_000)

const names = (vms: readonly FleetVm[]): string[] => vms.map(({ name }) => name).sort()

/** By kind, the names of the VMs as the record has them. */
async function shown(): Promise<Record<string, string[]>> {
  const findings = await listedFindings(world.database, { siteId })
  const byKind = Map.groupBy(findings, ({ kind }) => kind)
  return Object.fromEntries(
    [...byKind].map(([kind, same]) => [kind, same.map(({ request, subject }) => request?.vmName ?? subject).sort()]),
  )
}

/** One run, as the workflow does it. */
function reconciling(mails: PendingNotice[]) {
  const { vmsToLookFor, classifyAndRepair, tellOfFindings } = createControlPlaneActivities({
    records: world.records,
    courier: {
      async deliver(notice) {
        mails.push(notice)
        return { receipt: '250' }
      },
    },
    siteWatch: { describeSite: notAsked, pendingActivity: notAsked },
    repair: {
      runningWorkflows: async () => new Map(),
      isOpen: async () => true,
      standingOf: notAsked,
      lookAgain: notAsked,
      reopen: notAsked,
    },
  })
  return async () => {
    const from = fleet.calls.length
    const lookFor = await vmsToLookFor(siteId)
    const listed = await fleet.port.listOwnedVms(installationId, [fleet.folderPath], lookFor, { allow: [], ignore: [] })
    const { tell } = await classifyAndRepair({ siteId, installationId, packedVms: await packVms(listed) })
    if (tell) await tellOfFindings(siteId)
    return { calls: fleet.calls.slice(from) }
  }
}

const notAsked = () => Promise.reject(new Error('nobody asks this'))

/** One request's rows, once for every VM: in its grace period, powered off. */
async function recordAsExpired({ pool }: Database, vms: readonly FleetVm[]): Promise<void> {
  const original = await aRequest(world)
  const run = await aRun(world, original)
  await handOver(run)
  await run.record({ state: 'expired', expiredAt: new Date().toISOString(), address: null })
  await pool.query(
    `insert into vm_requests
     select (jsonb_populate_record(r, jsonb_build_object('id', vm.id, 'vm_name', vm.name,
              'placement', jsonb_build_object('folderMoid', $4::text)))).*
     from vm_requests r, unnest($2::uuid[], $3::text[]) as vm (id, name) where r.id = $1`,
    [original, vms.map(({ requestId }) => requestId), vms.map(({ name }) => name), fleet.folderMoid],
  )
  await pool.query(
    `insert into steps (request_id, name, round, state, attempt, started_at, ended_at)
     select vm.id, s.name, s.round, s.state, s.attempt, s.started_at, s.ended_at
     from steps s, unnest($2::uuid[]) as vm (id) where s.request_id = $1`,
    [original, vms.map(({ requestId }) => requestId)],
  )
  await close({ pool } as Database, original)
}

async function close({ pool }: Database, requestId: string): Promise<void> {
  await pool.query(`update vm_requests set state = 'retired', closed_at = now(), name_held = false where id = $1`, [
    requestId,
  ])
}

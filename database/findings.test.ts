import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Finding } from '@berth/domain/finding.ts'
import { listedFindings } from './listed-findings.ts'
import {
  aRequest,
  aRun,
  eventsOf,
  handOver,
  openWorld,
  siteId,
  viewed,
  vmsUsedBy,
  type World,
} from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ quotas: [] })
})
beforeEach(() => saw())
afterAll(() => world.close())

const saw = (...findings: Finding[]) => world.records.recordFindings(siteId, findings)
const of = (kind: Finding['kind'], subject: string, detail: string = kind, more: Partial<Finding> = {}): Finding => ({
  kind,
  subject,
  requestId: subject,
  detail,
  ...more,
})
const listed = async () =>
  (await listedFindings(world.database, { siteId })).map(({ kind, subject, seenCount }) => [kind, subject, seenCount])
const anInstant = expect.stringMatching(/^2.*Z$/) as unknown as string
const now = () => new Date().toISOString()

async function handedOver(endsAt?: string) {
  const id = await aRequest(world)
  const run = await aRun(world, id)
  await handOver(run, endsAt)
  return { id, run }
}

describe('findings', () => {
  test('count the runs in a row that saw them, and are closed when a run does not', async () => {
    await saw(of('orphan', 'a'), of('orphan', 'b'))
    await saw(of('orphan', 'a', 'still there'))
    expect(await listed()).toEqual([['orphan', 'a', 2]])
    await saw()
    expect(await listed()).toEqual([])
    await saw(of('orphan', 'a'))
    await saw(of('orphan', 'a'))
    expect(await listed()).toEqual([['orphan', 'a', 2]])
  })

  test('that only one run saw are shown to nobody: it may have looked between two steps', async () => {
    const { id } = await handedOver()
    await saw(of('vanished', id))
    expect(await listed()).toEqual([])
    expect((await viewed(world, id)).findings).toEqual([])
    expect(await world.records.vmsToLookFor(siteId)).toEqual([id])
  })

  test('about VMs stay when a run could not see the VMs; a lost workflow is over', async () => {
    await saw(of('orphan', 'a'), of('overdue', 'b'))
    await saw(of('orphan', 'a'), of('overdue', 'b'))
    await world.records.recordFindings(siteId, [], 'none')
    expect(await listed()).toEqual([['orphan', 'a', 2]])
  })

  test('that a site is not compared counts without VMs, and is over with the next comparison', async () => {
    const silent = of('notCompared', siteId, 'no VM of it: no agent answered')
    for (const _run of [1, 2]) await world.records.recordFindings(siteId, [silent], 'none')
    await world.records.recordFindings(siteId, [], 'none')
    expect(await listed()).toEqual([['notCompared', siteId, 2]])
    await world.records.recordFindings(siteId, [], 'some')
    expect(await listed()).toEqual([])
  })

  test('about a VM that a run could not read stay, and may be told meanwhile; those about others are over', async () => {
    const { id } = await handedOver()
    const { id: back } = await handedOver()
    const known = [of('orphan', 'a'), of('vanished', id), of('vanished', back), of('powerDrift', back)]
    await saw(...known)
    const { vanished } = await world.records.recordFindings(siteId, known, 'some')
    expect(vanished.map(({ requestId }) => requestId)).toEqual([id, back])
    await world.records.recordFindings(siteId, [], 'some', [id])
    // An orphan may itself be what could not be read.
    expect(await listed()).toEqual([
      ['vanished', id, 2],
      ['orphan', 'a', 2],
    ])
    await world.records.recordFindings(siteId, [of('powerDrift', back)], 'some', [id])
    expect(await listed()).toEqual([
      ['vanished', id, 2],
      ['orphan', 'a', 2],
    ])
  })

  test('name their request if it is known, whatever a marker says', async () => {
    const { id } = await handedOver()
    const stranger = randomUUID()
    for (const _run of [1, 2])
      await saw(
        of('copy', 'x', 'copy', { requestId: id }),
        of('orphan', stranger),
        of('copy', 'y', 'copy', { requestId: "'; drop" }),
      )
    const found = await listedFindings(world.database, { siteId })
    expect(found.map(({ subject, request }) => [subject, request?.id])).toEqual([
      [stranger, undefined],
      ['x', id],
      ['y', undefined],
    ])
    expect(found[1]?.request).toMatchObject({ ownerName: 'Dora', state: 'active', teamId: 'web' })
    expect(await listedFindings(world.database, { requestId: id })).toHaveLength(1)
    expect(await listedFindings(world.database, { kind: ['copy'], severity: ['act'] })).toEqual([])
  })

  test('that Berth put right are told for a day', async () => {
    const { id } = await handedOver()
    await saw(of('workflowMissing', id, 'it was gone', { repaired: true }))
    await saw()
    const [told] = await listedFindings(world.database, { requestId: id })
    expect(told).toMatchObject({ kind: 'workflowMissing', repairedAt: anInstant })
    await world.database.pool.query(`update findings set repaired_at = repaired_at - interval '25 hours'`)
    expect(await listedFindings(world.database, { requestId: id })).toEqual([])
  })

  test('of a site of thousands are recorded at once', async () => {
    const many = Array.from({ length: 5_000 }, () => of('orphan', randomUUID()))
    await saw(...many)
    await saw(...many)
    expect(await listed()).toHaveLength(5_000)
  })
})

describe('a VM that vanished', () => {
  test('is told to its owner and to operators once for each time that it goes, and its quota stays taken', async () => {
    const { id } = await handedOver()
    const used = await vmsUsedBy(world, 'web')
    await saw(of('vanished', id))
    await world.records.tellVanished(id, now())
    expect(await eventsOf(world, id)).not.toContain('vmGone')
    const { vanished } = await saw(of('vanished', id))
    expect(vanished).toEqual([{ requestId: id, since: anInstant, told: false }])
    for (const _again of [1, 2]) await world.records.tellVanished(id, now())

    const [pending] = await world.records.pendingFindingNotices(siteId)
    const mails = await world.records.noticesToDeliver(id, pending?.orders ?? [])
    expect(mails.map(({ recipient }) => recipient).sort()).toEqual([
      'dora@example.test',
      'oscar@example.test',
      'web-team@example.test',
    ])
    expect(mails.find(({ recipient }) => recipient === 'oscar@example.test')?.text).toContain('of Dora (team web)')
    for (const mail of mails) await world.records.noticeDelivered(mail.id, '250')
    expect(await world.records.pendingFindingNotices(siteId)).toEqual([])
    expect((await saw(of('vanished', id))).vanished).toMatchObject([{ requestId: id, told: true }])
    expect((await eventsOf(world, id)).filter((event) => event === 'vmGone')).toHaveLength(1)
    expect(await vmsUsedBy(world, 'web')).toBe(used)
  })

  test('and came back is said so, and what nobody was told yet is told to nobody', async () => {
    const { id } = await handedOver()
    for (const _run of [1, 2]) await saw(of('vanished', id))
    await world.records.tellVanished(id, now())
    await saw()
    expect(await world.records.pendingFindingNotices(siteId)).toEqual([])
    expect((await eventsOf(world, id)).slice(-2)).toEqual(['vmGone', 'vmBack'])
    const { rowCount } = await world.database.pool.query(
      `select 1 from notices where request_id = $1 and event = 'vmVanished'`,
      [id],
    )
    expect(rowCount).toBe(0)
  })

  test('is said on its request’s page, as a change that pages hear of, and only while it is so', async () => {
    const { id } = await handedOver()
    const other = await handedOver()
    const before = await viewed(world, id)
    for (const _run of [1, 2, 3]) await saw(of('vanished', id, 'vCenter no longer has it'))
    const gone = await viewed(world, id)
    expect(gone.findings).toEqual([{ kind: 'vanished', sentence: 'vCenter no longer has it', since: anInstant }])
    expect(gone.version).toBe(before.version + 1)
    expect((await viewed(world, other.id)).findings).toEqual([])
    await saw()
    expect((await viewed(world, id)).findings).toEqual([])
  })
})

describe('an address that changed', () => {
  const now10 = (id: string, address: string) => of('addressChanged', id, `now ${address}`, { address })

  test('counts when two runs in a row saw the same one, and then is what people are shown', async () => {
    const { id } = await handedOver()
    expect((await saw(now10(id, '10.0.0.8'))).addresses).toEqual([])
    expect((await saw(now10(id, '10.0.0.9'))).addresses).toEqual([])
    const { addresses } = await saw(now10(id, '10.0.0.9'))
    expect(addresses).toEqual([{ requestId: id, address: '10.0.0.9' }])
    for (const _again of [1, 2]) await world.records.changeAddress(id, '10.0.0.9', now())
    expect(await viewed(world, id)).toMatchObject({ address: '10.0.0.9', ssh: { command: 'ssh ubuntu@10.0.0.9' } })
    expect((await eventsOf(world, id)).filter((event) => event === 'addressChanged')).toHaveLength(1)
    expect(await listedFindings(world.database, { requestId: id })).toMatchObject([
      { kind: 'addressChanged', address: '10.0.0.9', repairedAt: anInstant },
    ])
  })

  test('is left to the workflow while a step is under way, and to nobody when the VM is not in use', async () => {
    const { id, run } = await handedOver()
    await run.record({ step: { name: 'powerOff', state: 'running', attempt: 1 } })
    await world.records.changeAddress(id, '10.0.0.9', now())
    expect((await viewed(world, id)).address).toBe('10.0.0.7')
    await run.record({ state: 'expired', expiredAt: now(), address: null })
    await world.records.changeAddress(id, '10.0.0.9', now())
    expect((await viewed(world, id)).address).toBeUndefined()
  })
})

describe('what is late', () => {
  const late = async () =>
    (await world.records.lateRequests(siteId, '2030-01-01T00:00:00.000Z')).map(({ requestId }) => requestId)

  test('is an act by time that nothing has done', async () => {
    const { id } = await handedOver('2029-12-31T00:00:00.000Z')
    const { id: inTime } = await handedOver('2030-12-31T00:00:00.000Z')
    const graceOver = await handedOver()
    await graceOver.run.record({ state: 'expired', expiredAt: '2029-12-31T23:00:00.000Z', address: null })
    const graceRuns = await handedOver()
    await graceRuns.run.record({ state: 'expired', expiredAt: '2029-12-31T23:55:00.000Z', address: null })
    const found = await late()
    expect(found).toContain(id)
    expect(found).toContain(graceOver.id)
    expect(found).not.toContain(inTime)
    expect(found).not.toContain(graceRuns.id)
    const [row] = (await world.records.lateRequests(siteId, '2030-01-01T00:00:00.000Z')).filter(
      ({ requestId }) => requestId === id,
    )
    expect(row).toMatchObject({
      state: 'active',
      grant: { number: 1, endsAt: '2029-12-31T00:00:00.000Z' },
      warnings: [],
    })
  })
})

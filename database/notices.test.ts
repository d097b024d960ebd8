import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { NoticeOrder } from '@berth/domain/notice.ts'
import { noticeEvents } from '@berth/domain/notice.ts'
import type { VmRequestState } from '@berth/domain/vm-request.ts'
import { noticeText } from './notice-text.ts'
import { readRequest } from './vm-request-row.ts'
import { undeliveredNotices } from './undelivered-notices.ts'
import { aHold, aRequest, aRun, handOver, openWorld, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ quotas: [] })
})
afterAll(() => world.close())

const ready: NoticeOrder = { event: 'vmReady', audience: 'owner', grantNumber: 1, stage: '0' }
const ending: NoticeOrder = { event: 'leaseEnding', audience: 'owner', grantNumber: 1, stage: '7200' }

async function handedOver() {
  const id = await aRequest(world)
  const run = await aRun(world, id)
  await handOver(run, '2030-06-01T12:00:00.000Z')
  return { id, run }
}

describe('notices', () => {
  test('go to the owner and the team’s own address, with how to log in and until when', async () => {
    const { id, run } = await handedOver()
    await run.record({}, { notices: [ready] })
    const pending = await world.records.noticesToDeliver(id, [ready])
    expect(pending.map(({ recipient }) => recipient).sort()).toEqual(['dora@example.test', 'web-team@example.test'])
    expect(pending[0]?.text).toContain('ssh ubuntu@10.0.0.7')
    expect(pending[0]?.text).toContain('1 June 2030')
    expect(pending[0]?.text).toContain(`https://berth.example.test/vms/${id}`)
  })

  test('are the same rows however often they are ordered, and are made where they are missing', async () => {
    const { id, run } = await handedOver()
    const first = await world.records.noticesToDeliver(id, [ending])
    await run.record({}, { notices: [ending] })
    const again = await world.records.noticesToDeliver(id, [ending])
    expect(again).toEqual(first)
    const otherStage = await world.records.noticesToDeliver(id, [{ ...ending, stage: '3600' }])
    expect(otherStage.map(({ id: noticeId }) => noticeId)).not.toEqual(first.map(({ id: noticeId }) => noticeId))
  })

  test('that were delivered are not delivered again, and the first time counts', async () => {
    const { id } = await handedOver()
    const [one, two] = await world.records.noticesToDeliver(id, [ending])
    await expect(world.records.deliveriesOf(id, [ending])).resolves.toEqual([])
    const deliveredAt = await world.records.noticeDelivered(one?.id ?? '', '250 ok')
    await expect(world.records.noticeDelivered(one?.id ?? '', '250 again')).resolves.toBe(deliveredAt)
    const left = await world.records.noticesToDeliver(id, [ending])
    expect(left.map(({ id: noticeId }) => noticeId)).toEqual([two?.id])
    await expect(world.records.deliveriesOf(id, [ending, ready])).resolves.toEqual([{ order: ending, deliveredAt }])
    expect((await aRun(world, id)).opened.warnings).toEqual([
      { event: 'leaseEnding', grantNumber: 1, stage: '7200', deliveredAt },
    ])
  })

  test('that fail stay to be delivered; those that gate nothing are given up after a day', async () => {
    const { id } = await handedOver()
    const [gating] = await world.records.noticesToDeliver(id, [ending])
    const [other] = await world.records.noticesToDeliver(id, [ready])
    await world.records.noticeFailed(gating?.id ?? '', 'connection refused')
    await world.records.noticeFailed(other?.id ?? '', 'connection refused')
    expect(await world.records.noticesToDeliver(id, [ready])).toContainEqual(other)
    await world.database.pool.query(
      `update notices set created_at = created_at - interval '25 hours' where request_id = $1`,
      [id],
    )
    await world.records.noticeFailed(gating?.id ?? '', 'connection refused')
    await world.records.noticeFailed(other?.id ?? '', 'connection refused')
    expect(await world.records.noticesToDeliver(id, [ready, ending])).toContainEqual(gating)
    expect(await world.records.noticesToDeliver(id, [ready])).not.toContainEqual(other)
    const listed = (await undeliveredNotices(world.database)).filter(
      ({ requestId, attempts }) => requestId === id && attempts > 0,
    )
    expect(listed.map(({ event, state, attempts }) => [event, state, attempts]).sort()).toEqual([
      ['leaseEnding', 'undelivered', 2],
      ['vmReady', 'undelivered', 2],
    ])
  })

  test('of a release are tried for as long as the VM waits for them, and overtaken when it is gone', async () => {
    const { id, run } = await handedOver()
    const released: NoticeOrder = { event: 'vmReleased', audience: 'owner', grantNumber: 1, stage: '1' }
    await run.record({ state: 'released', releasedAt: new Date().toISOString() }, { notices: [released] })
    const pending = await world.records.noticesToDeliver(id, [released])
    await world.database.pool.query(
      `update notices set created_at = created_at - interval '25 hours' where request_id = $1`,
      [id],
    )
    for (const { id: noticeId } of pending) await world.records.noticeFailed(noticeId, 'connection refused')
    const ids = (notices: { id: string }[]) => notices.map((notice) => notice.id).sort()
    expect(ids(await world.records.noticesToDeliver(id, [released]))).toEqual(ids(pending))
    await run.record({ state: 'retiring', retireTo: 'retired' })
    await run.record({ state: 'retired' })
    expect(await world.records.noticesToDeliver(id, [released])).toEqual([])
    expect((await undeliveredNotices(world.database)).filter(({ requestId }) => requestId === id)).toEqual([])
  })

  test('that warn are overtaken by a later warning, and by the end of the request', async () => {
    const { id, run } = await handedOver()
    expect(await world.records.noticesToDeliver(id, [ending])).toHaveLength(2)
    const later = { ...ending, stage: 'later' }
    for (const { id: noticeId } of await world.records.noticesToDeliver(id, [later]))
      await world.records.noticeDelivered(noticeId, '250 ok')
    expect(await world.records.noticesToDeliver(id, [ending])).toEqual([])
    await world.records.noticesToDeliver(id, [{ ...ending, stage: 'latest' }])
    await run.record({ state: 'expired' })
    await run.record({ state: 'retiring', retireTo: 'retired' })
    await run.record({ state: 'retired' })
    const { rows } = await world.database.pool.query(
      `select state, count(*)::int as count from notices where request_id = $1 and event = 'leaseEnding'
       group by state order by state`,
      [id],
    )
    expect(rows).toEqual([
      { state: 'delivered', count: 2 },
      { state: 'overtaken', count: 4 },
    ])
  })

  test('that warn of an end are overtaken when the lease is extended beyond it; others are not', async () => {
    const { id, run } = await handedOver()
    await world.records.noticesToDeliver(id, [ending, ready])
    const grant = { number: 2, grantedAt: '2030-05-31T12:00:00.000Z', endsAt: '2030-07-01T12:00:00.000Z' }
    await run.record({ grant: { ...grant, seconds: 2_592_000, cappedBy: null } })
    expect(await world.records.noticesToDeliver(id, [ending])).toEqual([])
    expect(await world.records.noticesToDeliver(id, [ready])).toHaveLength(2)
    expect(await world.records.noticesToDeliver(id, [{ ...ending, grantNumber: 2 }])).toHaveLength(2)
  })

  test('about a decision go to its approvers, and those for operators to operators', async () => {
    const id = await aRequest(world, { sizeId: 'large' })
    await world.records.openApprovals(id, new Date().toISOString())
    const needed = await world.records.noticesToDeliver(id, [
      { event: 'approvalNeeded', audience: 'approvers', grantNumber: 0, stage: '0' },
    ])
    expect(needed.map(({ recipient }) => recipient)).toEqual(['april@approvers.example.test'])
    expect(needed[0]?.subject).toBe(
      `Please decide: Dora asks for ${(await readRequest(world.database.pool, id)).vm_name}`,
    )
    const held = await world.records.noticesToDeliver(id, [
      { event: 'requestHeld', audience: 'operators', grantNumber: 0, stage: '1' },
    ])
    expect(held.map(({ recipient }) => recipient)).toEqual(['oscar@example.test'])
  })

  test('nobody was told of for a day are listed as undelivered, though no delivery was tried', async () => {
    const { id, run } = await handedOver()
    await run.record({}, { notices: [ready] })
    const listed = async () =>
      (await undeliveredNotices(world.database))
        .filter(({ requestId }) => requestId === id)
        .map(({ state, attempts }) => [state, attempts])
    expect(await listed()).toEqual([])
    await world.database.pool.query(
      `update notices set created_at = created_at - interval '25 hours' where request_id = $1`,
      [id],
    )
    expect(await listed()).toEqual([
      ['undelivered', 0],
      ['undelivered', 0],
    ])
  })

  test('about a hold say its cause once', async () => {
    const id = await aRequest(world)
    const { record } = await aRun(world, id)
    await record({ state: 'provisioning' })
    const message = 'no allowed datastore has enough free space: fast is full'
    const told: NoticeOrder = { event: 'requestHeld', audience: 'operators', grantNumber: 0, stage: 'place-1' }
    await record({ state: 'held', hold: { ...aHold, message } }, { notices: [told] })
    const [notice] = await world.records.noticesToDeliver(id, [told])
    expect(notice?.text).toContain(`It stopped at place: ${message}.`)
  })

  describe('about an end say what became of what was built', () => {
    const failed: NoticeOrder = { event: 'requestFailed', audience: 'owner', grantNumber: 0, stage: '0' }
    const cancelled: NoticeOrder = { ...failed, event: 'requestCancelled' }
    const cleanUpAt = '2030-06-01T12:00:00.000Z'

    async function building(clone?: 'running' | 'failed') {
      const id = await aRequest(world)
      const run = await aRun(world, id)
      await run.record({ state: 'provisioning' })
      if (clone !== undefined) await run.record({ step: { name: 'clone', state: clone, attempt: 1 } })
      return { id, run }
    }
    const textOf = async (id: string, order: NoticeOrder) =>
      (await world.records.noticesToDeliver(id, [order]))[0]?.text

    test('nothing, where no clone was begun', async () => {
      const { id, run } = await building()
      await run.record({ state: 'held', hold: aHold })
      await run.record({ state: 'failed', reasons: ['no room'] }, { notices: [failed] })
      expect(await textOf(id, failed)).toContain('Nothing had been built.')
    })

    test('that it was removed, where there was something', async () => {
      const { id, run } = await building('running')
      await run.record({ state: 'retiring', retireTo: 'failed' })
      await run.record({ state: 'failed' }, { notices: [failed] })
      expect(await textOf(id, failed)).toContain('What had been built was removed.')
    })

    test('that it is kept, while it is, and until when', async () => {
      const { id, run } = await building('failed')
      const hold = { ...aHold, step: 'clone' as const, givenUp: true as const, cleanUpAt }
      await run.record({ state: 'held', hold }, { notices: [failed] })
      const text = await textOf(id, failed)
      expect(text).toMatch(/is kept .* until 1 June 2030 at 12:00:00 UTC at the latest; then it is removed/)
      expect(text).not.toContain('was removed')
      await run.record({ state: 'retiring', retireTo: 'failed' })
      await run.record({ state: 'failed' }, { notices: [failed] })
      expect(await textOf(id, failed)).toContain('What had been built was removed.')
    })

    test('and who cancelled it, by name and not by id', async () => {
      const { id, run } = await building('running')
      const change = { state: 'retiring', retireTo: 'cancelled', reasons: ['not needed'] } as const
      await run.record({ ...change, reasons: [...change.reasons] }, { event: 'cancelRequested', by: 'oscar' })
      await run.record({ state: 'cancelled' }, { event: 'cancelled', notices: [cancelled] })
      const text = await textOf(id, cancelled)
      expect(text).toMatch(/was cancelled by Oscar\. What had been built was removed\.\n {2}- not needed/)
      expect(text).not.toContain('oscar')
    })
  })

  test('about a decision name the time when it lapses, counted from when it was opened', async () => {
    const id = await aRequest(world, { sizeId: 'large' })
    const { provisioning_request: asked } = await readRequest(world.database.pool, id)
    const openedAt = '2031-03-01T00:00:00.000Z'
    await world.records.openApprovals(id, openedAt)
    const lapsesAt = new Date(Date.parse(openedAt) + asked.policy.approvalLapseSeconds * 1_000)
    const [needed] = await world.records.noticesToDeliver(id, [
      { event: 'approvalNeeded', audience: 'approvers', grantNumber: 0, stage: '0' },
    ])
    expect(needed?.text).toContain(`it lapses on ${lapsesAt.getUTCDate()} March 2031`)
  })

  test('given in person by an operator count as delivered', async () => {
    const { id, run } = await handedOver()
    const deliveredAt = '2030-05-01T00:00:00.000Z'
    await run.record({ warning: { event: 'leaseEnding', grantNumber: 1, stage: '7200', deliveredAt } }, { by: 'oscar' })
    await expect(world.records.deliveriesOf(id, [ending])).resolves.toEqual([{ order: ending, deliveredAt }])
  })

  test('of a VM that is gone say what its request allows now', async () => {
    const { id } = await handedOver()
    const request = await readRequest(world.database.pool, id)
    const told = (state: VmRequestState, audience: 'owner' | 'operators') =>
      noticeText(
        { ...request, state },
        { ownerName: 'Dora', now: '2030-01-01T00:00:00.000Z' },
        { event: 'vmVanished', audience, grantNumber: 1, stage: '0' },
        'https://berth.example.test',
      ).text
    for (const audience of ['owner', 'operators'] as const) {
      expect(told('active', audience)).toContain('release it')
      expect(told('provisioning', audience)).toMatch(/cancel (it|the request)/)
      for (const state of ['provisioning', 'released'] as const)
        expect(told(state, audience)).not.toContain('release it')
    }
  })

  test.each([
    ['in time', {}, '2030-01-01T01:00:00.000Z', 'before then', '2 January 2030'],
    ['late, by its owner', {}, '2030-01-01T23:00:00.000Z', 'before then', '2 January 2030'],
    [
      'late, by somebody else',
      { isReleasedByOther: true },
      '2030-01-03T00:00:00.000Z',
      'before then',
      '3 January 2030',
    ],
    ['too late', {}, '2030-01-03T00:00:00.000Z', 'Its time for restoring is over', undefined],
    [
      'near the end of the lease',
      {},
      '2030-01-01T01:00:00.000Z',
      'before its lease ends on 1 January',
      '2 January 2030',
    ],
    ['after the lease', {}, '2030-01-01T01:00:00.000Z', 'can no longer be restored', '2 January 2030'],
  ])('of a release say until when it can be restored: told %s', async (what, context, now, restore, destroyed) => {
    const { id } = await handedOver()
    const ends = { 'near the end of the lease': '2030-01-01T20:00:00.000Z', 'after the lease': now }
    const { text } = noticeText(
      {
        ...(await readRequest(world.database.pool, id)),
        released_at: '2030-01-01T00:00:00.000Z',
        lease_ends_at: ends[what as keyof typeof ends] ?? '2030-06-01T12:00:00.000Z',
      },
      { ownerName: 'Dora', now, ...context },
      { event: 'vmReleased', audience: 'owner', grantNumber: 1, stage: '1' },
      'https://berth.example.test',
    )
    expect(text).toContain(restore)
    if (destroyed !== undefined) expect(text).toContain(`everything on it on ${destroyed}`)
    else expect(text).not.toContain('2030')
  })

  test('have words for every event', async () => {
    const { id } = await handedOver()
    const request = await readRequest(world.database.pool, id)
    for (const event of noticeEvents)
      for (const audience of ['owner', 'approvers', 'operators'] as const) {
        const { subject, text } = noticeText(
          request,
          { ownerName: 'Dora', now: '2030-01-01T00:00:00.000Z' },
          { event, audience, grantNumber: 1, stage: '0' },
          'https://berth.example.test',
        )
        expect(`${subject} ${text}`).toContain(request.vm_name)
        expect(`${subject} ${text}`).not.toMatch(/undefined|null|NaN|Invalid/)
      }
  })
})

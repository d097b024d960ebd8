import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { violations, type Evidence, type VmEvent } from './invariants.ts'
import { aVm, openInvariantsWorld, type InvariantsWorld } from './invariants-world.ts'

let world: InvariantsWorld
let database: InvariantsWorld['database']

/** Each has a world of its own to break. */
beforeEach(async () => {
  world = await openInvariantsWorld()
  database = world.database
})
afterEach(() => world?.close())

describe('the invariants notice', () => {
  test('nothing where all is well', async () => {
    const id = await world.aRequest()
    expect(await world.about(id, { vms: [aVm(id)], events: [{ kind: 'created', instanceUuid: id }] })).toEqual([])
  })

  test('I1: two VMs for one request, also when one of them is gone again', async () => {
    const id = await world.aRequest()
    const events = (['created', 'created', 'destroyed'] as const).map((kind) => ({ kind, instanceUuid: id }))
    expect(await world.about(id, { vms: [aVm(id)], events })).toEqual([`I1: 2 VMs at once for request ${id}`])
  })

  test('I1: two VMs that have one instanceUuid now', async () => {
    const id = await world.aRequest()
    expect(await world.about(id, { vms: [aVm(id), aVm(id)] })).toEqual([`I1, I2, I8: 2 VMs exist for request ${id}`])
  })

  test('I2: a VM of ours without an open request', async () => {
    const id = randomUUID()
    expect(await world.about(id, { vms: [aVm(id)] })).toEqual([`I2: VM ${id} is ours but has no open request`])
  })

  test('I2: a VM with the marker of a request under another instanceUuid', async () => {
    const id = await world.aRequest()
    const other = randomUUID()
    const vms = [aVm(id), { instanceUuid: other, markerRequestId: id }]
    expect(await world.about(id, { vms })).toEqual([`I2: VM ${other} has the marker of request ${id}`])
  })

  test('I5: an open request without its quota hold', async () => {
    const id = await world.aRequest()
    await database.pool.query('delete from quota_holds where request_id = $1', [id])
    expect(await world.about(id)).toEqual([`I5: request ${id} is validating, but its quota hold says otherwise`])
  })

  test('I5: a team above its limit', async () => {
    const id = await world.aRequest()
    await database.pool.query('update quota_holds set v_cpu = 1000 where request_id = $1', [id])
    expect(await world.found()).toContainEqual(expect.stringMatching(/^I5: team platform uses \d+ of 200 vCpu$/))
  })

  test('I5: a team that was above its limit and is no longer', async () => {
    const seen = { team: 'platform', resource: 'vms', used: 51, most: 50 }
    const found = (quotaSeen: Evidence['quotaSeen'] & object) =>
      violations({ database, vms: [], events: [], quotaSeen })
    expect(
      await found([
        { ...seen, used: 50 },
        { ...seen, most: null },
      ]),
    ).toEqual([])
    expect(await found([seen])).toEqual(['I5: team platform uses 51 of 50 vms'])
  })

  const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString()

  /** Handed over with a lease that ended a while ago, as its audit says. */
  async function leased(endedSecondsAgo: number): Promise<string> {
    const id = await world.aRequest()
    const [granted, ends] = [ago(endedSecondsAgo + 100), ago(endedSecondsAgo)]
    await database.pool.query(
      `update vm_requests set state = 'active', handed_over_at = $2, lease_ends_at = $3, grant_number = 1 where id = $1`,
      [id, granted, ends],
    )
    await database.pool.query(
      `insert into lease_grants (request_id, number, granted_at, ends_at, seconds, granted_by) values ($1, 1, $2, $3, 100, 'berth')`,
      [id, granted, ends],
    )
    await world.audited(id, [{ event: 'handedOver', detail: { change: { grant: {} } } }])
    return id
  }

  test('I3: a request that is late', async () => {
    const id = await leased(50)
    expect(await world.about(id, { boundSeconds: 10 })).toEqual([
      `I3: request ${id} is still active, later than its bound of 10 s`,
    ])
    expect(await world.about(id, { boundSeconds: 100 })).toEqual([])
  })

  test.each([
    ['no workflow runs for it', { isRunning: false, pending: 0, taskAttempt: 0 }],
    ['waits for nothing', { isRunning: true, pending: 0, taskAttempt: 1 }],
    ['fails in its workflow task', { isRunning: true, pending: 1, taskAttempt: 2 }],
  ])('I3: an open request whose workflow shows that %s', async (said, workflow) => {
    const requestId = await world.aRequest()
    const found = await world.about(requestId, { workflows: [{ requestId, ...workflow }] })
    expect(found).toEqual([expect.stringContaining(said)])
  })

  test('I3: the workflow of an ended request that runs on, but not while the last notices leave', async () => {
    const requestId = await world.ended()
    const workflows = [{ requestId, isRunning: true, pending: 1, taskAttempt: 0 }]
    const runsOn = `I3: request ${requestId} has ended but its workflow runs`
    expect(await world.about(requestId, { workflows })).toContain(runsOn)
    expect(await world.about(requestId, { workflows, boundSeconds: 60 })).not.toContain(runsOn)
  })

  test('I4: a VM that is on after its lease, but not one that was powered off in time', async () => {
    const id = await leased(50)
    const on: VmEvent = { kind: 'poweredOn', instanceUuid: id, at: ago(140) }
    const off: VmEvent = { kind: 'poweredOff', instanceUuid: id, at: ago(45) }
    const late = `I4: the VM of request ${id} was on 20 s after its lease had ended at `
    const about = async (events: VmEvent[]) =>
      (await world.about(id, { events, boundSeconds: 20 })).filter((violation) => violation.startsWith('I4'))
    expect(await about([on])).toEqual([expect.stringContaining(late)])
    expect(await about([on, { ...off, at: ago(5) }])).toEqual([expect.stringContaining(late)])
    expect(await about([on, off])).toEqual([])
  })

  test('I4: a VM that is destroyed before the end of its lease', async () => {
    const id = await leased(50)
    const destroyed = (at: string) => world.about(id, { events: [{ kind: 'destroyed', instanceUuid: id, at }] })
    expect(await destroyed(ago(60))).toEqual([expect.stringContaining(`I4: the VM of request ${id} was destroyed`)])
    expect(await destroyed(ago(40))).toEqual([])
  })

  test('I4: an extension that is lost', async () => {
    const id = await leased(50)
    await database.pool.query(`update vm_requests set lease_ends_at = now() where id = $1`, [id])
    expect(await world.about(id, {})).toEqual([
      expect.stringContaining(`I4: request ${id} was granted a lease 1 times`),
    ])
  })

  test('I7: a VM that nobody approved, that was approved as another, too late, or by whoever asked', async () => {
    const id = await world.aRequest()
    await database.pool.query(
      `update vm_requests set provisioning_request = jsonb_set(provisioning_request, '{approval,needed}', 'true') where id = $1`,
      [id],
    )
    const events: VmEvent[] = [{ kind: 'created', instanceUuid: id, at: ago(10) }]
    const unapproved = [`I7: the VM of request ${id} was made without an approval of what it is`]
    expect(await world.about(id, { events })).toEqual(unapproved)
    await database.pool.query(
      `insert into approvals (id, request_id, subject, spec_hash, level, approvers, opened_at, decision, decided_by, decided_at)
       select gen_random_uuid(), id, 'request', provisioning_request ->> 'specHash', 1, '{approver}', now(), 'approved', 'approver', $2
       from vm_requests where id = $1`,
      [id, ago(20)],
    )
    expect(await world.about(id, { events })).toEqual([])
    const changed = async (change: string) => {
      await database.pool.query(`update approvals set ${change} where request_id = $1`, [id])
      return world.about(id, { events })
    }
    expect(await changed(`decided_at = now()`)).toEqual(unapproved)
    expect(await changed(`decided_at = now() - interval '1 hour', spec_hash = 'another'`)).toEqual(unapproved)
    expect(await changed(`decided_by = 'dora'`)).toEqual([`I7: request ${id} was decided by whoever asked for it`])
  })

  test('I9: a notice that nobody has, one that was never sent, and a mail that no notice is', async () => {
    const requestId = await world.ended()
    const add = async (event: string, state: string) => {
      const { rows } = await database.pool.query<{ id: string }>(
        `insert into notices (id, request_id, event, audience, grant_number, stage, channel, recipient, subject, text, state, created_at)
         values (gen_random_uuid(), $1, $2, 'owner', 0, '', 'mail', 'dora@example.test', 's', 't', $3, now()) returning id`,
        [requestId, event, state],
      )
      return rows[0]?.id ?? ''
    }
    const mail = (id: string) => ({ messageId: `<${id}@berth>`, to: 'dora@example.test', subject: 's', text: 't' })
    const [arrived, lost, pending] = [
      await add('vmReady', 'delivered'),
      await add('vmExpired', 'delivered'),
      await add('vmRetired', 'pending'),
    ]
    const found = async (more: Partial<Evidence> = {}) => {
      const mails = async () => [mail(arrived), mail(arrived), mail('x')]
      const all = await violations({ ...{ database, vms: [], events: [], mails }, ...more })
      return all.filter((violation) => violation.startsWith('I9'))
    }
    const others = [
      `I9: notice ${lost} (vmExpired) counts as delivered, but dora@example.test has no such mail`,
      "I9: mail <x@berth> to dora@example.test (s) is no notice's",
    ]
    const neverSent = `I9: notice ${pending} (vmRetired) was never delivered, and its request has ended`
    expect((await found()).toSorted()).toEqual([...others, neverSent].toSorted())
    // Its workflow ends only when the last notices have left.
    const workflows = [{ requestId, isRunning: true, pending: 1, taskAttempt: 0 }]
    expect((await found({ workflows })).toSorted()).toEqual(others.toSorted())
  })

  test('I10: an agent that logs in more often than it has reason to, and one with too many sessions', async () => {
    const agents = [
      { agent: 'a', logins: 2, faults: 1, sessionsAtOnce: 2 },
      { agent: 'b', logins: 2, faults: 0, sessionsAtOnce: 1 },
      { agent: 'c', logins: 3, faults: 2, sessionsAtOnce: 3 },
    ]
    const found = await violations({ database, vms: [], events: [], agents })
    expect(found.filter((violation) => violation.startsWith('I10'))).toEqual([
      'I10: b logged in 2 times, with 0 faults in between',
      'I10: c used 3 sessions at once',
    ])
  })
})

import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { applyConfiguration } from '@berth/database/apply-configuration.ts'
import { openDatabase, type Database } from '@berth/database/connect.ts'
import { createVmRequest } from '@berth/database/create-vm-request.ts'
import { seedUser } from '@berth/database/seed-user.ts'
import { aConfiguration, anSshPublicKey } from './builders.ts'
import { violations } from './invariants.ts'
import { createTestDatabase, type TestDatabase } from './test-servers.ts'

let testDatabase: TestDatabase
let database: Database

/** Each has a world of its own to break. */
beforeEach(async () => {
  testDatabase = await createTestDatabase()
  database = openDatabase(testDatabase.url)
  await applyConfiguration(database, aConfiguration())
  await seedUser(database, {
    ...{ id: 'dora', username: 'dora', displayName: 'Dora', email: 'dora@example.test' },
    ...{ roles: ['developer'], teamIds: ['platform'] },
  })
})

afterEach(async () => {
  await database?.close()
  await testDatabase?.drop()
})

const aVm = (id: string) => ({ instanceUuid: id, markerRequestId: id })
const found = (vms: string[] = [], events: { kind: string; instanceUuid: string }[] = []) =>
  violations({ database, vms: vms.map(aVm), events })
const about = async (id: string, ...evidence: Parameters<typeof found>) =>
  (await found(...evidence)).filter((violation) => violation.includes(id))

async function aRequest(): Promise<string> {
  const outcome = await createVmRequest(database, {
    ...{ ownerId: 'dora', requesterId: 'dora', teamId: 'platform', catalogItemId: 'ubuntu-24-04', sizeId: 'small' },
    ...{ leaseSeconds: 3_600, purpose: 'to try it', sshPublicKeys: [anSshPublicKey] },
  })
  if (outcome.outcome !== 'created') throw new Error(`not created: ${JSON.stringify(outcome)}`)
  return outcome.requestId
}

/** By hand, as no code of Berth does it. */
async function ended(): Promise<string> {
  const id = await aRequest()
  await database.pool.query(`update vm_requests set state = 'retired', closed_at = now() where id = $1`, [id])
  return id
}

describe('the invariants notice', () => {
  test('nothing where all is well', async () => {
    const id = await aRequest()
    expect(await about(id, [id], [{ kind: 'created', instanceUuid: id }])).toEqual([])
  })

  test('I1: two VMs for one request, also when one of them is gone again', async () => {
    const id = await aRequest()
    const events = ['created', 'created', 'destroyed'].map((kind) => ({ kind, instanceUuid: id }))
    expect(await about(id, [id], events)).toEqual([`I1: 2 VMs at once for request ${id}`])
  })

  test('I1: two VMs that have one instanceUuid now', async () => {
    const id = await aRequest()
    expect(await about(id, [id, id])).toEqual([`I1, I2, I8: 2 VMs exist for request ${id}`])
  })

  test('I2: a VM of ours without an open request', async () => {
    const id = randomUUID()
    expect(await about(id, [id])).toEqual([`I2: VM ${id} is ours but has no open request`])
  })

  test('I5: an open request without its quota hold', async () => {
    const id = await aRequest()
    await database.pool.query('delete from quota_holds where request_id = $1', [id])
    expect(await about(id)).toEqual([`I5: request ${id} is validating, but its quota hold says otherwise`])
  })

  test('I5: a team above its limit', async () => {
    const id = await aRequest()
    await database.pool.query('update quota_holds set v_cpu = 1000 where request_id = $1', [id])
    expect(await found()).toContainEqual(expect.stringMatching(/^I5: team platform uses \d+ of 200 vCpu$/))
  })

  test('I6: a step that the table of states does not allow', async () => {
    const id = await aRequest()
    await database.pool.query(
      `insert into audit_entries (chain, seq, request_id, at, by, event, detail, prev_hash, hash)
       values ($1, 1000, $2, now(), 'berth', 'changed', '{"change": {"state": "retired"}}', '', '')`,
      [id, id],
    )
    expect(await about(id)).toEqual([`I6: request ${id} went from validating to retired by changed`])
  })

  test('I6: an audit chain whose end is missing', async () => {
    const id = await aRequest()
    await database.pool.query('update vm_requests set audit_seq = audit_seq + 1 where id = $1', [id])
    expect(await about(id)).toEqual([expect.stringMatching(/^I6: audit entry .* the end of the chain is missing/)])
  })

  test('I8: what an ended request still has', async () => {
    const id = await ended()
    await database.pool.query(
      `insert into placement_reservations (request_id, site_id, datastore_moid, reserved_gib) values ($1, 'site-1', 'd', 1)`,
      [id],
    )
    const said = await about(id, [id])
    expect(said.filter((violation) => violation.startsWith('I8')).toSorted()).toEqual([
      `I8: request ${id} has ended but holds a quota hold`,
      `I8: request ${id} has ended but holds its name`,
      `I8: request ${id} has ended but holds reserved space`,
      `I8: request ${id} has ended but its VM exists`,
    ])
  })
})

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Client, Connection, type ConnectionOptions } from '@temporalio/client'
import { createVmRequest } from '@berth/database/create-vm-request.ts'
import { provisioningRequestOf } from '@berth/database/outbox.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import { startStandInWorker, type StandInWorker } from '@berth/testing/stand-in-worker.ts'
import { testServers } from '@berth/testing/test-servers.ts'
import { extendLease } from '@berth/workflows/messages.ts'
import { createProvisioning } from './provisioning.ts'
import { startApiWorld, type ApiWorld } from './testing/api-world.ts'

let world: ApiWorld
let worker: StandInWorker | undefined

beforeAll(async () => {
  world = await startApiWorld()
})

afterAll(async () => {
  await worker?.stop()
  await world?.stop()
})

const wish = {
  catalogItemId: 'ubuntu-24-04',
  sizeId: 'small',
  leaseSeconds: 3_600,
  purpose: 'a test',
  sshPublicKeys: [anSshPublicKey],
}

/** Stored, and its start lost: as by a crash between commit and start. */
async function storedOnly(): Promise<string> {
  const who = { ownerId: 'developer', requesterId: 'developer', teamId: 'platform' }
  const outcome = await createVmRequest(world.database, { ...wish, ...who })
  if (outcome.outcome !== 'created') throw new Error(outcome.outcome)
  return outcome.requestId
}

const isStarted = async (id: string): Promise<boolean> => {
  const { rows } = await world.database.pool.query<{ done: boolean }>(
    'select done_at is not null as done from outbox where request_id = $1',
    [id],
  )
  return rows[0]?.done === true
}

describe('a message to a workflow', () => {
  test('that no worker takes is not confirmed: Temporal would forget it. Sent again with its key it is one message', async () => {
    const id = await storedOnly()
    const cancel = { params: { id }, body: {}, idempotencyKey: 'cancel' }
    const response = await world.as('developer').fetch(`/api/v1/vm-requests/${id}/cancel`, {
      method: 'POST',
      headers: { 'idempotency-key': cancel.idempotencyKey },
    })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await response.json()).toMatchObject({ code: 'temporalUnavailable' })
    expect(await isStarted(id)).toBe(true)

    worker = await startStandInWorker(world.database, world.siteId)
    expect(await world.as('developer').call('cancelRequest', cancel)).toMatchObject({
      status: 200,
      body: { state: 'cancelled' },
    })
    const { body: audit } = await world.as('developer').call('listVmRequestAudit', { params: { id } })
    expect(audit.items.filter(({ event }) => event.startsWith('cancel'))).toHaveLength(1)
  })

  test('that its workflow has and cannot record yet is accepted, and takes effect later', async () => {
    const { body } = await world.as('developer').call('createVmRequest', { body: wish })
    await world.as('developer').vmRequestOnce(body.id, ({ state }) => state === 'active')
    const { pool } = world.database
    await pool.query(`
      create function refuse_for_now() returns trigger language plpgsql as $$
      begin raise exception 'not now' using errcode = '57P03'; end $$;
      create trigger refuse_for_now before insert on audit_entries for each row execute function refuse_for_now()`)
    const accepted = await world.as('developer').call('releaseVm', { params: { id: body.id }, body: {} })
    expect(accepted).toMatchObject({ status: 202, body: { state: 'active' } })
    await pool.query('drop trigger refuse_for_now on audit_entries; drop function refuse_for_now')
    await world.as('developer').vmRequestOnce(body.id, ({ state }) => state === 'released')
  })

  test('that is answered costs one call', async () => {
    const { body } = await world.as('developer').call('createVmRequest', { body: wish })
    await world.as('developer').vmRequestOnce(body.id, ({ state }) => state === 'active')
    const calls: string[] = []
    const count: NonNullable<ConnectionOptions['interceptors']>[number] = (options, next) => {
      calls.push(options.method_definition.path.split('/').at(-1) ?? '')
      return next(options) as never
    }
    const connection = Connection.lazy({ address: testServers.temporalAddress, interceptors: [count] })
    const provisioning = createProvisioning(new Client({ connection, namespace: testServers.temporalNamespace }))
    const request = { id: body.id, siteId: world.siteId }
    await provisioning.isReachable()
    calls.length = 0
    const message = { id: 'one-call', by: 'developer', leaseSeconds: 60 }
    expect(await provisioning.send(request, extendLease, message)).toMatchObject({ kind: 'applied' })
    expect(calls).toEqual(['UpdateWorkflowExecution'])
    await connection.close()
  })

  test('starts a request whose start was lost', async () => {
    const id = await storedOnly()
    const cancelled = await world.as('developer').call('cancelRequest', { params: { id }, body: {} })
    expect(cancelled.status).toBe(200)
    expect(['cancelled', 'retiring']).toContain(cancelled.body.state)
  })

  test('is refused for now where the workflow was terminated, until it is put back', async () => {
    const { body } = await world.as('developer').call('createVmRequest', { body: wish })
    await world.as('developer').vmRequestOnce(body.id, ({ state }) => state === 'active')
    await world.client.workflow.getHandle(vmRequestWorkflowId(world.siteId, body.id)).terminate()
    const refusal = await world.as('developer').refusal('releaseVm', { params: { id: body.id }, body: {} })
    expect(refusal).toMatchObject({ code: 'temporalUnavailable', status: 503 })
  })
})

test('starting a request again changes nothing, also after its end', async () => {
  const id = await storedOnly()
  const provisioning = createProvisioning(world.client)
  const request = await provisioningRequestOf(world.database, id)
  expect([await provisioning.start(request), await provisioning.start(request)]).toEqual([true, true])
  await world.as('developer').vmRequestOnce(id, ({ state }) => state === 'active')
  await world.client.workflow.getHandle(vmRequestWorkflowId(world.siteId, id)).terminate()
  expect(await provisioning.start(request)).toBe(true)
  const { status } = await world.client.workflow.getHandle(vmRequestWorkflowId(world.siteId, id)).describe()
  expect(status.name).toBe('TERMINATED')
})

test('the invariants hold at the end', async () => {
  expect(await worker?.invariantsHold()).toBe(true)
})

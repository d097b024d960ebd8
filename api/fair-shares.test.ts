import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { createVmRequest } from '@berth/database/create-vm-request.ts'
import { provisioningRequestOf } from '@berth/database/outbox.ts'
import type { Origin } from '@berth/domain/provisioning-request.ts'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import { startStandInWorker, type StandInWorker } from '@berth/testing/stand-in-worker.ts'
import { until } from '@berth/testing/until.ts'
import { createProvisioning, type Provisioning } from './provisioning.ts'
import { startApiWorld, type ApiWorld } from './testing/api-world.ts'

let world: ApiWorld
let worker: StandInWorker
let provisioning: Provisioning
/** Requests in the order in which their clones began. */
let begun: string[]
/** Ends the clone under way; the site bears one at a time. */
let endClone: () => void
/** No clone takes any time. */
let isQuick: boolean

beforeAll(async () => {
  const limits = { vms: 1_000 }
  world = await startApiWorld({ configuration: { quotas: [{ teamId: 'platform', limits }] } })
  worker = await startStandInWorker(world.database, world.siteId, { buildSlots: 1 })
  provisioning = createProvisioning(world.client)
  worker.script.cloneVm = async ({ requestId }) => {
    begun.push(requestId)
    if (!isQuick) await new Promise<void>((done) => (endClone = done))
    return { moid: requestId }
  }
})

beforeEach(() => {
  begun = []
  isQuick = false
})

afterAll(async () => {
  await worker?.stop()
  await world?.stop()
})

async function asked(teamId: string, origin: Origin): Promise<string> {
  const outcome = await createVmRequest(world.database, {
    ownerId: 'developer',
    requesterId: 'developer',
    teamId,
    catalogItemId: 'ubuntu-24-04',
    sizeId: 'small',
    leaseSeconds: 3_600,
    purpose: 'a test',
    sshPublicKeys: [anSshPublicKey],
    origin,
  })
  if (outcome.outcome !== 'created') throw new Error(outcome.outcome)
  expect(await provisioning.start(await provisioningRequestOf(world.database, outcome.requestId))).toBe(true)
  return outcome.requestId
}

/** All of them are where they wait for their clone. */
const queued = (count: number) =>
  until(`${count} clones asked for`, async () => {
    const { rowCount } = await world.database.pool.query(
      `select 1 from steps s join vm_requests r on r.id = s.request_id
       where s.name = 'clone' and s.state = 'running' and r.closed_at is null`,
    )
    const seen = await createProvisioning(world.client).seeSite(world.siteId)
    return rowCount === count && seen?.clones.queued === count - 1
  })

/** One clone after the other until this request's has begun; answers how many came before it. */
async function clonesBefore(requestId: string): Promise<number> {
  for (let number = 1; !begun.includes(requestId); number += 1) {
    await until(`clone ${number}`, async () => begun.length >= number)
    if (!begun.includes(requestId)) endClone()
  }
  return begun.indexOf(requestId)
}

async function allGoOn(): Promise<void> {
  isQuick = true
  endClone()
  await until('all to be handed over', async () => {
    const { rowCount } = await world.database.pool.query(`select 1 from vm_requests where state <> 'active'`)
    return rowCount === 0
  })
}

test('a burst of one team delays another team’s single request by no more than one clone', async () => {
  const burst = 200
  await Promise.all(Array.from({ length: burst }, () => asked('platform', 'portal')))
  await queued(burst)
  const single = await asked('other', 'portal')
  await queued(burst + 1)
  const { body } = await world.as('developer').call('getWaiting', { params: { id: single } })
  expect(body.waiting?.sentence).toMatch(/^The clone waits for the one slot of site .+, and about 1 comes before it$/)
  // The first was under way before; one of the burst may be on its way to the agent.
  expect(await clonesBefore(single)).toBeLessThanOrEqual(2)
  await allGoOn()
}, 180_000)

test('a person who waits comes before programs, also of the same team', async () => {
  await Promise.all(Array.from({ length: 9 }, () => asked('platform', 'api')))
  await queued(9)
  const person = await asked('platform', 'portal')
  await queued(10)
  expect(await clonesBefore(person)).toBeLessThanOrEqual(2)
  await allGoOn()
})

test('the invariants hold at the end', async () => {
  expect(await worker.invariantsHold()).toBe(true)
})

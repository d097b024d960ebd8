import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Client, Connection, type WorkflowHandle } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundle,
} from '@temporalio/worker'
import { createControlPlaneActivities } from '@berth/activities/control-plane/index.ts'
import type { Courier, PendingNotice } from '@berth/activities/control-plane/control-plane-ports.ts'
import { createVcenterActivities } from '@berth/activities/vcenter/index.ts'
import { createFakeVcenter } from '@berth/activities/vcenter/testing/fake-vcenter.ts'
import { applyConfiguration } from '@berth/database/apply-configuration.ts'
import { openDatabase, type Database } from '@berth/database/connect.ts'
import { createVmRequest } from '@berth/database/create-vm-request.ts'
import { provisioningRequestOf } from '@berth/database/outbox.ts'
import { createRequestRecords } from '@berth/database/request-records.ts'
import type { Policy } from '@berth/domain/policy.ts'
import type { ProvisioningRequest } from '@berth/domain/provisioning-request.ts'
import { controlPlaneQueue, siteBuildQueue, siteQueue } from '@berth/domain/task-queues.ts'
import type { VmRequestState } from '@berth/domain/vm-request.ts'
import { anSshPublicKey, aCatalogItem, aConfiguration } from '@berth/testing/builders.ts'
import { violations } from '@berth/testing/invariants.ts'
import { tcpLine } from '@berth/testing/tcp-line.ts'
import { createTestDatabase, testServers, uniqueSiteId } from '@berth/testing/test-servers.ts'
import { until } from '@berth/testing/until.ts'
import { workflowsNow } from '@berth/testing/workflows-now.ts'
import { provisionVmType, releaseVm, startOptions } from '@berth/workflows/messages.ts'
import type { provisionVm } from '@berth/workflows/index.ts'
import { createTemporalSiteWatch } from '../temporal-site-watch.ts'
import { createWorkflowRepair } from '../workflow-repair.ts'
import { workflowSources } from '../workflow-sources.ts'
import { recordedGeneration } from './config.ts'

/** Accepts every notice, until told to refuse; remembers what it accepted. */
export interface TestCourier extends Courier {
  readonly delivered: PendingNotice[]
  refuses: boolean
}

export type Life = WorkflowHandle<typeof provisionVm>

export interface Asked {
  sizeId?: 'small' | 'medium'
  leaseSeconds?: number
  policy?: Partial<Policy>
  /** null: nobody can be written to. */
  ownerEmail?: string | null
}

/** How late a life may be, on a machine that is busy. */
const boundSeconds = 30

let bundle: Promise<WorkflowBundle> | undefined

/** Real Temporal, real PostgreSQL, real control plane; the vCenter is the port's fake and the courier is a list. */
export async function openWorld({ policy: policyOfAll = {} }: { policy?: Partial<Policy> } = {}) {
  installRuntime()
  bundle ??= bundleWorkflowCode({
    ...workflowSources,
    logger: new DefaultLogger('ERROR'),
  })
  const siteId = uniqueSiteId()
  const namespace = testServers.temporalNamespace
  const testDatabase = await createTestDatabase()
  const databaseUrl = new URL(testDatabase.url)
  const databaseLine = await tcpLine({ host: databaseUrl.hostname, port: Number(databaseUrl.port) })
  databaseUrl.host = `127.0.0.1:${databaseLine.port}`
  const database = openDatabase(databaseUrl.href)
  const connection = await Connection.connect({ address: testServers.temporalAddress })
  const native = await NativeConnection.connect({ address: testServers.temporalAddress })
  const client = new Client({ connection, namespace })
  const vcenter = createFakeVcenter()
  const courier = createTestCourier()
  const repair = createWorkflowRepair(client, (id) => provisioningRequestOf(database, id))
  await seed(database, siteId, policyOfAll)

  const shared = { connection: native, namespace, maxHeartbeatThrottleInterval: '200ms', shutdownGraceTime: '1s' }
  const controlPlane = await Worker.create({
    ...shared,
    taskQueue: controlPlaneQueue,
    workflowBundle: await bundle,
    activities: createControlPlaneActivities({
      records: createRequestRecords(database),
      courier,
      siteWatch: createTemporalSiteWatch(client),
      repair,
    }),
  })
  const site = await Promise.all(
    [siteQueue(siteId), siteBuildQueue(siteId)].map((taskQueue) =>
      Worker.create({
        ...shared,
        taskQueue,
        activities: createVcenterActivities(vcenter, { heartbeatSeconds: 0.1, askStanding: async () => 'current' }),
      }),
    ),
  )
  const running = [controlPlane, ...site].map((worker) => worker.run())
  const lives: { id: string; handle: Life }[] = []

  async function create({ sizeId = 'small', leaseSeconds = 3_600, policy, ownerEmail }: Asked = {}) {
    if (ownerEmail !== undefined) await setOwnerEmail(ownerEmail)
    if (policy !== undefined) await seed(database, siteId, policy)
    const created = await createVmRequest(database, {
      requesterId: 'developer',
      ownerId: 'developer',
      teamId: 'platform',
      catalogItemId: 'ubuntu-24-04',
      sizeId,
      leaseSeconds,
      purpose: 'to test Berth',
      sshPublicKeys: [anSshPublicKey],
    })
    if (created.outcome !== 'created') throw new Error(`not created: ${JSON.stringify(created)}`)
    const request = await provisioningRequestOf(database, created.requestId)
    const life: Life = client.workflow.getHandle<typeof provisionVm>(startOptions(request).workflowId)
    lives.push({ id: request.requestId, handle: life })
    return { id: request.requestId, life, request }
  }

  async function reset(life: Life, which: 'first' | 'last', exclude?: 'All') {
    const current = client.workflow.getHandle(life.workflowId)
    const [{ events }, { runId }] = await Promise.all([current.fetchHistory(), current.describe()])
    const completed = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes)
    const answer = await client.workflowService.resetWorkflowExecution({
      namespace,
      workflowExecution: { workflowId: life.workflowId, runId },
      reason: 'as an operator does',
      workflowTaskFinishEventId: completed.at(which === 'first' ? 0 : -1)?.eventId ?? null,
      requestId: randomUUID(),
      ...(exclude === 'All' && { resetReapplyExcludeTypes: [1, 2] }),
    })
    return { workflowExecution: { runId: answer.runId ?? '' } }
  }

  const violationsNow = async () =>
    violations({
      database,
      vms: vcenter.vms.map((vm) => ({ instanceUuid: vm.instanceUuid, markerRequestId: vm.marker?.requestId ?? '' })),
      events: vcenter.events.map((event) => (event.byHand ? { ...event, kind: 'vanished' } : event)),
      workflows: await workflowsNow(
        database,
        client,
        lives.map(({ id }) => id),
      ),
      mails: async () =>
        courier.delivered.map(({ id, recipient, subject, text }) => ({
          ...{ messageId: `<${id}@berth>`, to: recipient, subject, text },
        })),
      boundSeconds,
    })

  async function setOwnerEmail(email: string | null): Promise<void> {
    await database.pool.query(`update users set email = $1 where id = 'developer'`, [email])
  }

  return {
    siteId,
    namespace,
    setOwnerEmail,
    database,
    databaseLine,
    client,
    vcenter,
    courier,
    repair,

    create,

    /** As the API does it: created in the database, then started. */
    async ask(asked: Asked = {}) {
      const request = await create(asked)
      await this.start(request.request)
      return request
    },

    async start(request: ProvisioningRequest) {
      await client.workflow.start<typeof provisionVm>(provisionVmType, startOptions(request))
    },

    async releaseAndRetire(life: Life) {
      await life.executeUpdate(releaseVm, { args: [{ id: randomUUID(), by: 'developer' }] })
      await life.result()
    },

    /** The first moment at which the record says so; fails with what it says instead. */
    async until(id: string, wanted: VmRequestState | ((row: RecordedRow) => boolean)): Promise<RecordedRow> {
      const isWanted = typeof wanted === 'function' ? wanted : (row: RecordedRow) => row.state === wanted
      const deadline = Date.now() + 30_000
      for (;;) {
        const row = await recordedRow(database, id)
        if (isWanted(row)) return row
        if (Date.now() > deadline)
          throw new Error(`request ${id} is ${row.state}, not ${String(wanted)}: ${JSON.stringify(row)}`)
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
    },

    async auditOf(id: string): Promise<string[]> {
      const { rows } = await database.pool.query<{ event: string }>(
        'select event from audit_entries where request_id = $1 order by seq',
        [id],
      )
      return rows.map(({ event }) => event)
    },

    async untilAudited(id: string, event: string): Promise<void> {
      const deadline = Date.now() + 20_000
      while (!(await this.auditOf(id)).includes(event)) {
        if (Date.now() > deadline) throw new Error(`${event} was not recorded of ${id}`)
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
    },

    /** What an operator's Reset in the Temporal UI does, to the end of the first workflow task. */
    resetToStart: (life: Life, exclude?: 'All') => reset(life, 'first', exclude),

    /** To the end of the last workflow task: the activity that is open is dispatched again. */
    resetToLast: (life: Life) => reset(life, 'last'),

    /** Keeps a life's history for the replay test of later versions. */
    async keepHistory(id: string, name: string) {
      const life = lives.find((candidate) => candidate.id === id)
      if (life === undefined) throw new Error(`no life ${id}`)
      await this.keepRun(name, life.handle.workflowId)
    },

    /** The newest run, or the one that is named. */
    async keepRun(name: string, workflowId: string, runId?: string) {
      const generation = recordedGeneration()
      if (generation === undefined) return
      const folder = fileURLToPath(new URL(`../../workflows/histories/${generation}/`, import.meta.url))
      await mkdir(folder, { recursive: true })
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory()
      // Stack traces name where this checkout lies.
      const text = historyToJSON(history).replaceAll(fileURLToPath(new URL('../../', import.meta.url)), '')
      await writeFile(`${folder}${name}.json`, `${text}\n`)
    },

    /** Lives go on meanwhile: what is broken stays broken, what is only under way is gone at the next look. */
    async violations(): Promise<string[]> {
      let found: string[] = []
      await until(
        'the invariants to hold',
        async () => {
          found = await violationsNow()
          return found.length === 0
        },
        10,
      ).catch(() => undefined)
      return found
    },

    /** Ends all that runs, and replays every history that was made. */
    async close() {
      const histories = await Promise.all(
        lives.map(async ({ handle }) => {
          const current = client.workflow.getHandle(handle.workflowId)
          await current.terminate('the test is over').catch(() => undefined)
          return { workflowId: handle.workflowId, history: await current.fetchHistory() }
        }),
      )
      for (const worker of [controlPlane, ...site]) worker.shutdown()
      await Promise.all(running)
      const replays = Worker.runReplayHistories({ workflowBundle: (await bundle) as WorkflowBundle }, histories)
      for await (const { workflowId, error } of replays)
        if (error) throw new Error(`${workflowId} does not replay`, { cause: error })
      await native.close()
      await connection.close()
      await database.close()
      await databaseLine.stop()
      await testDatabase.drop()
    },
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>

interface RecordedRow {
  state: VmRequestState
  hold: {
    heldFrom: VmRequestState
    step: string
    attempt: number
    code: string
    message: string
    actions: string[]
    givenUp?: true
  } | null
  address: string | null
  lease_ends_at: string | null
  intent: string | null
  reasons: string[] | null
  steps: Record<string, string>
}

async function recordedRow({ pool }: Database, id: string): Promise<RecordedRow> {
  const { rows } = await pool.query<RecordedRow>(
    `select r.state, r.hold, r.address, r.lease_ends_at, r.intent, r.reasons,
            (select coalesce(json_object_agg(s.name, s.state), '{}') from steps s where s.request_id = r.id and s.round = r.round) as steps
     from vm_requests r where r.id = $1`,
    [id],
  )
  const row = rows[0]
  if (row === undefined) throw new Error(`no request ${id}`)
  return row
}

let itemVersion = 0

async function seed(database: Database, siteId: string, policy: Partial<Policy>): Promise<void> {
  const configuration = aConfiguration({
    siteId,
    catalogItems: [aCatalogItem({ siteId, version: ++itemVersion, leasePolicy: policy })],
  })
  await applyConfiguration(database, configuration)
  for (const id of ['developer', 'approver', 'operator']) await addUser(database, id)
}

async function addUser({ pool }: Database, id: string): Promise<void> {
  await pool.query(
    `insert into users (id, username, display_name, email, roles) values ($1, $1, $1, $1 || '@example.test', array[$1])
     on conflict do nothing`,
    [id],
  )
  await pool.query(`insert into team_memberships (team_id, user_id) values ('platform', $1) on conflict do nothing`, [
    id,
  ])
}

function createTestCourier(): TestCourier {
  const delivered: PendingNotice[] = []
  return {
    delivered,
    refuses: false,
    async deliver(notice) {
      if (this.refuses) throw new Error('the mail server refuses')
      delivered.push(notice)
      return { receipt: `250 ${notice.id}` }
    },
  }
}

let installed = false
function installRuntime(): void {
  if (installed) return
  installed = true
  Runtime.install({ logger: new DefaultLogger('ERROR') })
}

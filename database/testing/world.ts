import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { CatalogItem, Configuration } from '@berth/domain/configuration.ts'
import type { Hold } from '@berth/domain/facts.ts'
import type { RunIdentity } from '@berth/domain/run-identity.ts'
import type { Change, Transition } from '@berth/domain/transition.ts'
import { applyConfiguration } from '../apply-configuration.ts'
import { adminDatabaseUrl } from '../config.ts'
import { openDatabase, type Database } from '../connect.ts'
import { createVmRequest, type CreateOutcome, type NewVmRequest } from '../create-vm-request.ts'
import { migrate, type MigrateOptions } from '../migrate.ts'
import { quotasOf } from '../quotas.ts'
import { createRequestRecords } from '../request-records.ts'
import { seedUser } from '../seed-user.ts'
import { findVmRequest } from '../vm-requests.ts'
import type { VmRequestView } from '../vm-request-view.ts'

export const siteId = 'site-1'
export const aKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1cVkgrGUE2Vq5bkvIhjNl0Wbjk1LZOTLwqJXRFt5qk test@berth'

/** An empty database on the server for tests. */
export async function emptyDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `berth_${randomUUID().replaceAll('-', '')}`
  const onServer = async (sql: string) => {
    const admin = new pg.Client({ connectionString: adminDatabaseUrl() })
    await admin.connect()
    await admin.query(sql).finally(() => admin.end())
  }
  await onServer(`create database ${name}`)
  const url = new URL(adminDatabaseUrl())
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(`drop database if exists ${name} with (force)`) }
}

/** A migrated database with one site, one item, two teams and the people of a demo. */
export async function openWorld(changes: Partial<Configuration> = {}, options: MigrateOptions = {}) {
  const { url, drop } = await emptyDatabase()
  await migrate(url, options)
  const database = openDatabase(url, { publicUrl: 'https://berth.example.test' })
  await applyConfiguration(database, aConfiguration(changes))
  await seedPeople(database)
  return {
    url,
    database,
    records: createRequestRecords(database),
    async close() {
      await database.close()
      await drop()
    },
  }
}
export type World = Awaited<ReturnType<typeof openWorld>>

async function seedPeople(database: Database): Promise<void> {
  for (const [id, role, teamIds] of [
    ['dora', 'developer', ['web']],
    ['dan', 'developer', ['data']],
    ['april', 'approver', ['web']],
    ['oscar', 'operator', []],
  ] as const) {
    const displayName = id.charAt(0).toUpperCase() + id.slice(1)
    await seedUser(database, {
      id,
      username: id,
      displayName,
      email: `${id}@example.test`,
      roles: [role],
      teamIds: [...teamIds],
    })
  }
}

export const anItem = (changes: Partial<CatalogItem> = {}): CatalogItem => ({
  id: 'ubuntu',
  version: 1,
  name: 'Ubuntu',
  os: 'Ubuntu 24.04',
  siteId,
  templatePath: '/DC0/vm/templates/ubuntu',
  folderPath: '/DC0/vm/berth',
  resourcePoolPath: '/DC0/host/C0/Resources',
  datastores: ['fast', 'slow'],
  networks: ['VM Network'],
  sizes: [
    { id: 'small', vCpu: 1, memoryMiB: 1_024, diskGiB: 10 },
    { id: 'large', vCpu: 8, memoryMiB: 16_384, diskGiB: 100 },
  ],
  sshUser: 'ubuntu',
  sshPort: 22,
  namePattern: '{team}-{seq:4}',
  approval: { notNeededFor: { sizeIds: ['small'], maxLeaseSeconds: 3_600 } },
  ...changes,
})

export const aConfiguration = (changes: Partial<Configuration> = {}): Configuration => ({
  installationId: 'test',
  roleClaims: {},
  teams: [
    {
      id: 'web',
      claim: 'web',
      approvers: [
        { userId: 'april', email: 'april@approvers.example.test' },
        { userId: 'dora', email: 'dora@approvers.example.test' },
      ],
      notify: 'web-team@example.test',
    },
    { id: 'data', claim: 'data', approvers: [{ userId: 'dan', email: 'dan@example.test' }] },
  ],
  sites: [
    { id: siteId, vcenter: 'https://vcenter.example.test/sdk', addressAllow: [], addressIgnore: ['172.17.0.0/16'] },
  ],
  catalogItems: [anItem()],
  policies: { graceSeconds: 600 },
  quotas: [{ teamId: 'web', limits: { vms: 10 } }],
  ...changes,
})

export const aWish = (changes: Partial<NewVmRequest> = {}): NewVmRequest => ({
  ownerId: 'dora',
  requesterId: 'dora',
  teamId: 'web',
  catalogItemId: 'ubuntu',
  sizeId: 'small',
  leaseSeconds: 3_600,
  purpose: 'to try it',
  sshPublicKeys: [aKey],
  ...changes,
})

export const createdId = (outcome: CreateOutcome): string => {
  if (outcome.outcome !== 'created') throw new Error(`not created: ${JSON.stringify(outcome)}`)
  return outcome.requestId
}

export const aRequest = async ({ database }: World, changes: Partial<NewVmRequest> = {}): Promise<string> =>
  createdId(await createVmRequest(database, aWish(changes)))

/** A run of one request that records one transition after the other. */
export async function aRun({ records }: World, requestId: string, identity: Partial<RunIdentity> = {}) {
  const run: RunIdentity = { requestId, runId: randomUUID(), ...identity }
  const opened = await records.openRun(run)
  let n = 0
  const record = (change: Change, rest: Partial<Transition> = {}) => {
    n += 1
    const transition = {
      requestId,
      n,
      at: new Date().toISOString(),
      by: 'berth',
      event: 'changed',
      change,
      notices: [],
      ...rest,
    }
    return records.recordTransition(run, transition)
  }
  return { run, opened, record }
}
export type Run = Awaited<ReturnType<typeof aRun>>

/** From validating to a lease that has begun. */
export async function handOver({ record }: Run, endsAt = '2100-01-01T00:00:00.000Z'): Promise<void> {
  const at = new Date().toISOString()
  await record({ state: 'provisioning' })
  for (const name of ['place', 'clone', 'powerOn', 'waitForIp'] as const) {
    await record({ step: { name, state: 'running', attempt: 1 } })
    await record({ step: { name, state: 'done', attempt: 1 } })
  }
  await record({
    state: 'active',
    address: '10.0.0.7',
    handedOverAt: at,
    grant: { number: 1, grantedAt: at, endsAt, seconds: 3_600, cappedBy: null },
  })
}

export const aHold: Hold = {
  heldFrom: 'provisioning',
  step: 'place',
  attempt: 1,
  code: 'datastoreFull',
  message: 'no room',
  actions: ['retry', 'abort'],
}

/** What the audit says happened to a request, in order. */
export async function eventsOf({ database }: World, requestId: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ event: string }>(
    'select event from audit_entries where request_id = $1 order by seq',
    [requestId],
  )
  return rows.map(({ event }) => event)
}

export async function viewed({ database }: World, requestId: string): Promise<VmRequestView> {
  const found = await findVmRequest(database, requestId, 'all')
  if (found === undefined) throw new Error(`no request ${requestId}`)
  return found
}

/** How many VMs a team's quota counts. */
export const vmsUsedBy = async ({ database }: World, teamId: string): Promise<number> =>
  (await quotasOf(database, [teamId]))[0]?.lines[0]?.used ?? 0

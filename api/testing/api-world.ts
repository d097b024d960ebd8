import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, Connection } from '@temporalio/client'
import { pino } from 'pino'
import { createAccessToken } from '@berth/database/access-tokens.ts'
import { applyConfiguration } from '@berth/database/apply-configuration.ts'
import { listenToChanges } from '@berth/database/changes.ts'
import { openDatabase, type Database } from '@berth/database/connect.ts'
import { seedUser } from '@berth/database/seed-user.ts'
import type { Configuration } from '@berth/domain/configuration.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import type { Role } from '@berth/domain/role.ts'
import { apiDriver, type ApiDriver } from '@berth/testing/api-driver.ts'
import { aCatalogItem, aConfiguration } from '@berth/testing/builders.ts'
import { createTestDatabase, testServers, uniqueSiteId } from '@berth/testing/test-servers.ts'
import { createApp } from '../app.ts'
import type { ApiSettings } from '../dependencies.ts'
import type { OidcProvider } from '../identity/oidc-provider.ts'
import { createProvisioning, grpcInterceptors, type Provisioning } from '../provisioning.ts'

/** People of every role; `stranger` is in another team, `both` in two. */
const people = {
  developer: { roles: ['developer'], teamIds: ['platform'] },
  developer2: { roles: ['developer'], teamIds: ['platform'] },
  stranger: { roles: ['developer'], teamIds: ['other'] },
  both: { roles: ['developer'], teamIds: ['other', 'platform'] },
  approver: { roles: ['approver'], teamIds: ['platform'] },
  operator: { roles: ['operator'], teamIds: [] },
  admin: { roles: ['admin', 'developer', 'approver'], teamIds: ['platform'] },
  auditor: { roles: ['auditor'], teamIds: [] },
  nobody: { roles: [], teamIds: [] },
} as const satisfies Record<string, { roles: readonly Role[]; teamIds: readonly string[] }>
export type PersonName = keyof typeof people
export const personNames = Object.keys(people) as PersonName[]

export interface ApiWorld {
  origin: string
  siteId: string
  database: Database
  client: Client
  /** What the log said, line by line. */
  logged: string[]
  as(person: PersonName): ApiDriver
  tokenOf(person: PersonName): string
  stop(): Promise<void>
}

export interface WorldChanges {
  temporalAddress?: string
  configuration?: Partial<Configuration>
  settings?: Partial<ApiSettings>
  oidc?(origin: string): OidcProvider
  /** Some of what Temporal is asked, answered otherwise. */
  provisioning?(real: Provisioning): Partial<Provisioning>
}

export async function startApiWorld({
  temporalAddress,
  configuration,
  settings,
  oidc,
  provisioning,
}: WorldChanges = {}): Promise<ApiWorld> {
  const siteId = uniqueSiteId()
  const testDatabase = await createTestDatabase()
  const database = openDatabase(testDatabase.url)
  await applyConfiguration(database, configurationOf(siteId, configuration))
  const tokens = await seedPeople(database)
  const changes = await listenToChanges(testDatabase.url)
  const connection = Connection.lazy({
    address: temporalAddress ?? testServers.temporalAddress,
    interceptors: grpcInterceptors,
  })
  const client = new Client({ connection, namespace: testServers.temporalNamespace })
  const real = createProvisioning(client)
  const { server, origin } = await listen()
  const logged: string[] = []
  const api = createApp(
    {
      database,
      provisioning: { ...real, ...provisioning?.(real) },
      oidc: oidc?.(origin) ?? noProvider,
      settings: { ...defaults, publicUrl: origin, ...settings },
      log: pino({ level: 'info' }, { write: (line) => void logged.push(line) }),
    },
    changes,
  )
  server.on('request', api.app)
  const tokenOf = (person: PersonName): string => tokens.get(person) ?? ''
  return {
    origin,
    siteId,
    database,
    client,
    logged,
    tokenOf,
    as: (person) => apiDriver(origin, tokenOf(person)),
    async stop() {
      await api.close()
      if (temporalAddress === undefined) await endLives(database, client)
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await Promise.all([changes.close(), connection.close(), database.close()])
      await testDatabase.drop()
    },
  }
}

const defaults = {
  issuer: 'http://127.0.0.1:1',
  sessionSecret: 'a-session-secret-for-tests-that-is-long',
  sessionSeconds: 3_600,
  requestsPerMinute: 10_000,
  callsPerMinuteAndAddress: 12_000,
  signInsPerMinuteAndAddress: 600,
  heartbeatSeconds: 0.2,
  trustedProxies: 0,
  temporalUi: { url: 'http://temporal.example', namespace: 'test' },
}

const noProvider: OidcProvider = {
  authorizationRequest: () => Promise.reject(new Error('this world has no identity provider')),
  completeLogin: () => Promise.reject(new Error('this world has no identity provider')),
  logoutUrl: () => Promise.resolve(undefined),
}

function configurationOf(siteId: string, changes: Partial<Configuration> = {}): Configuration {
  const base = aConfiguration({ siteId })
  const approvers = ['approver', 'admin'].map((userId) => ({ userId, email: `${userId}@example.test` }))
  return {
    ...base,
    roleClaims: {
      developer: ['developer'],
      approver: ['approver'],
      operator: ['operator'],
      admin: ['admin'],
      auditor: ['auditor'],
    },
    teams: ['platform', 'other'].map((id) => ({ id, claim: id, approvers })),
    catalogItems: [aCatalogItem({ siteId, sshPort: 2_222 })],
    ...changes,
  }
}

async function seedPeople(database: Database): Promise<Map<string, string>> {
  const tokens = new Map<string, string>()
  for (const [id, { roles, teamIds }] of Object.entries(people)) {
    const email = `${id}@example.test`
    await seedUser(database, {
      id,
      username: id,
      displayName: `Name of ${id}`,
      email,
      roles: [...roles],
      teamIds: [...teamIds],
    })
    const token = `berth_pat_${id.padEnd(43, '0')}`
    await createAccessToken(database, { userId: id, name: 'test', token })
    tokens.set(id, token)
  }
  return tokens
}

async function listen(): Promise<{ server: Server; origin: string }> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** What still lives would be taken up by the next test file's worker, which has another database. */
async function endLives(database: Database, client: Client): Promise<void> {
  const { rows } = await database.pool.query<{ id: string; siteId: string }>(
    'select id, site_id as "siteId" from vm_requests where closed_at is null',
  )
  const ends = rows.map(({ id, siteId }) =>
    client.workflow.getHandle(vmRequestWorkflowId(siteId, id)).terminate('the test is over'),
  )
  await Promise.allSettled(ends)
}

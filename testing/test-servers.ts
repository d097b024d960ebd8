import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { migrate } from '@berth/database/migrate.ts'
import { testConfiguration } from './config.ts'
import { migrationsFingerprint } from './migrations-fingerprint.ts'

const templateLock = 7_080_001

export interface TestDatabase {
  url: string
  drop(): Promise<void>
}

/** Where the servers for tests are; reading an address that `npm test` did not set fails with one sentence. */
export const testServers = {
  get databaseUrl() {
    return testConfiguration.databaseUrl()
  },
  get temporalAddress() {
    return testConfiguration.temporalAddress()
  },
  /** One namespace per jest worker, so that test files which run at the same time never meet. */
  get temporalNamespace() {
    return `test-${testConfiguration.jestWorker()}`
  },
  get vcsimBinary() {
    return testConfiguration.vcsimBinary()
  },
}

/** A site of the calling test file alone, and with it task queues and workflow ids. */
export const uniqueSiteId = (): string => `site-${randomUUID().slice(0, 8)}`

/** A migrated, empty database of the caller's own; drop it when the test file ends. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `berth_${randomUUID().replaceAll('-', '')}`
  await withAdmin(async (admin) => {
    const template = await migratedTemplate(admin)
    await admin.query(`create database ${name} template ${template}`)
  })
  return {
    url: urlOf(name),
    drop: () => withAdmin(async (admin) => void (await admin.query(`drop database if exists ${name} with (force)`))),
  }
}

/** Made by whoever comes first; the others wait at the lock and find it. */
async function migratedTemplate(admin: pg.Client): Promise<string> {
  const template = `berth_template_${migrationsFingerprint()}`
  await admin.query('select pg_advisory_lock($1)', [templateLock])
  try {
    const found = await admin.query('select 1 from pg_database where datname = $1', [template])
    if (found.rowCount) return template
    const draft = `${template}_draft`
    await admin.query(`drop database if exists ${draft} with (force)`)
    await admin.query(`create database ${draft}`)
    await migrate(urlOf(draft))
    await admin.query(`alter database ${draft} rename to ${template}`)
    return template
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [templateLock])
  }
}

function urlOf(database: string): string {
  const url = new URL(testServers.databaseUrl)
  url.pathname = `/${database}`
  return url.href
}

async function withAdmin(work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: testServers.databaseUrl })
  await admin.connect()
  try {
    await work(admin)
  } finally {
    await admin.end()
  }
}

import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { sqlState } from './transaction.ts'

/** The advisory lock that Prisma Migrate takes: either of the two waits for the other. */
const prismaMigrateLock = 72_707_369

/** What Prisma Migrate creates, so that `prisma migrate status` and `deploy` go on from here. */
const migrationsTable = `
  create table if not exists "_prisma_migrations" (
    "id" varchar(36) primary key not null,
    "checksum" varchar(64) not null,
    "finished_at" timestamptz,
    "migration_name" varchar(255) not null,
    "logs" text,
    "rolled_back_at" timestamptz,
    "started_at" timestamptz not null default now(),
    "applied_steps_count" integer not null default 0
  )`

interface Migration {
  name: string
  sql: string
  checksum: string
}

export interface MigrateOptions {
  /** How long a migration waits for a table that a transaction holds, since everybody else then waits behind it. Default: 3. */
  lockSeconds?: number
  /** How often it is tried, with pauses as long. Default: 20. */
  tries?: number
  /** How many of the newest are left for later: for tests of the last ones. */
  leaveOut?: number
}

/** Applies what is missing and answers its names, as `prisma migrate deploy` does. A migration that failed before, or was edited since, stops it. */
export async function migrate(
  databaseUrl: string,
  { lockSeconds = 3, tries = 20, leaveOut = 0 }: MigrateOptions = {},
): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  // A connection that ends is told by the statement that it ended.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [prismaMigrateLock])
    await client.query(migrationsTable)
    const all = await authored()
    const missing = notYetApplied(all.slice(0, all.length - leaveOut), await recorded(client))
    await client.query(`set lock_timeout = '${lockSeconds * 1_000}ms'`)
    for (const migration of missing) await applyWhenFree(client, migration, { lockSeconds, tries })
    return missing.map(({ name }) => name)
  } finally {
    await client.end()
  }
}

async function authored(): Promise<Migration[]> {
  const folder = fileURLToPath(new URL('./migrations/', import.meta.url))
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(`${folder}${name}/migration.sql`, 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

interface Recorded {
  migration_name: string
  checksum: string
  finished_at: Date | null
}

async function recorded(client: pg.Client): Promise<Recorded[]> {
  const { rows } = await client.query<Recorded>(
    'select migration_name, checksum, finished_at from "_prisma_migrations" where rolled_back_at is null',
  )
  return rows
}

function notYetApplied(migrations: Migration[], done: Recorded[]): Migration[] {
  const failed = done.find(({ finished_at }) => finished_at === null)
  if (failed !== undefined)
    throw new Error(`migration ${failed.migration_name} failed before: see prisma migrate resolve`)
  const checksums = new Map(done.map(({ migration_name, checksum }) => [migration_name, checksum]))
  const edited = migrations.find(({ name, checksum }) => checksums.has(name) && checksums.get(name) !== checksum)
  if (edited !== undefined) throw new Error(`migration ${edited.name} was edited after it was applied`)
  return migrations.filter(({ name }) => !checksums.has(name))
}

const lockNotAvailable = '55P03'
const deadlockDetected = '40P01'

type Patience = Required<Pick<MigrateOptions, 'lockSeconds' | 'tries'>>

/** Gives way to transactions of processes that serve, and tries again. */
async function applyWhenFree(client: pg.Client, migration: Migration, { lockSeconds, tries }: Patience): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await apply(client, migration)
    } catch (error) {
      if (![lockNotAvailable, deadlockDetected].includes(sqlState(error))) throw error
      if (attempt >= tries)
        throw new Error(
          `migration ${migration.name} was tried ${tries} times and found its tables in use each time, by ${await oldestTransactions(client)}; nothing of it was applied: end that, and migrate again`,
          { cause: error },
        )
      await pause(lockSeconds * 1_000)
    }
  }
}

/** In one transaction with its record: whenever this process dies, both are there or neither is. */
async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query('begin')
    await client.query(sql)
    await client.query(
      `insert into "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count)
       values ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    )
    await client.query('commit')
  } catch (error) {
    // Without its connection it is rolled back as well.
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

async function oldestTransactions(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ pid: number; seconds: string; query: string }>(
    `select pid, extract(epoch from now() - xact_start)::int::text as seconds, left(query, 100) as query
     from pg_stat_activity
     where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()
     order by xact_start limit 3`,
  )
  const named = rows.map(({ pid, seconds, query }) => `process ${pid} for ${seconds} s (${query})`)
  return named.join(', ') || 'transactions that have ended meanwhile'
}

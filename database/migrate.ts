import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

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

/** Applies what is missing and answers its names, as `prisma migrate deploy` does. A migration that failed before, or was edited since, stops it. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [prismaMigrateLock])
    await client.query(migrationsTable)
    const missing = notYetApplied(await authored(), await recorded(client))
    for (const migration of missing) await apply(client, migration)
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

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const id = randomUUID()
  await client.query('insert into "_prisma_migrations" (id, checksum, migration_name) values ($1, $2, $3)', [
    id,
    checksum,
    name,
  ])
  try {
    await client.query(sql)
  } catch (error) {
    await client.query('update "_prisma_migrations" set logs = $2 where id = $1', [id, String(error)])
    throw error
  }
  await client.query('update "_prisma_migrations" set finished_at = now(), applied_steps_count = 1 where id = $1', [id])
}

import { migrate } from '@berth/database/migrate.ts'
import type { StartConfiguration } from './config.ts'
import { createDatabase } from './postgres/create-database.ts'
import { postgresUrl } from './postgres/postgres-plan.ts'
import { databaseName, type Settings } from './settings.ts'

/** The database exists, is migrated and knows the demo's users; answers their access tokens. */
export async function prepareDatabase(
  settings: Settings,
  configuration: StartConfiguration,
): Promise<Record<string, string>> {
  if (!configuration.databaseUrl) await createDatabase(postgresUrl(settings.ports.postgres, 'postgres'), databaseName)
  await migrate(settings.databaseUrl)
  return {}
}

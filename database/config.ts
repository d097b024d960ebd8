/** Read by the Prisma CLI only; the product is handed its database by whoever opens it. */
export const databaseUrl = (): string => process.env['DATABASE_URL'] ?? 'postgresql://127.0.0.1:5432/berth'

export const schemaEngineBinary = {
  /** Prisma looks for its engine here, and downloads one where it finds none. */
  useByDefault(path: string): void {
    process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= path
  },
}

/** Where tests make databases of their own. */
export function adminDatabaseUrl(): string {
  const url = process.env['DATABASE_URL']
  if (url === undefined || url === '')
    throw new Error('DATABASE_URL is not set: run npm test, or set it to a PostgreSQL for tests')
  return url
}

/** For programs that find their database in the environment. */
export const withDatabaseUrl = (url: string): NodeJS.ProcessEnv => ({ ...process.env, DATABASE_URL: url })

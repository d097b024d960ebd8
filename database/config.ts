/** Read by the Prisma CLI only; the product is handed its database by whoever opens it. */
export const databaseUrl = (): string => process.env['DATABASE_URL'] ?? 'postgresql://127.0.0.1:5432/berth'

export const schemaEngineBinary = {
  /** Prisma looks for its engine here, and downloads one where it finds none. */
  useByDefault(path: string): void {
    process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= path
  },
}

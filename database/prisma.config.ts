import { fileURLToPath } from 'node:url'
import { defineConfig } from 'prisma/config'
import { databaseUrl, schemaEngineBinary } from './config.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

schemaEngineBinary.useByDefault(here('./schema-engine/main.mjs'))

export default defineConfig({
  schema: here('./schema.prisma'),
  migrations: { path: here('./migrations') },
  datasource: { url: databaseUrl() },
})

import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { withDatabaseUrl } from './config.ts'
import { migrate } from './migrate.ts'
import { emptyDatabase } from './testing/world.ts'

let database: Awaited<ReturnType<typeof emptyDatabase>>

beforeAll(async () => {
  database = await emptyDatabase()
})
afterAll(() => database.drop())

/** The words count, not the exit code alone: the engine has left with 0 having done nothing. */
async function prisma(...args: string[]): Promise<string> {
  const cli = createRequire(import.meta.url).resolve('prisma/build/index.js')
  const options = { cwd: fileURLToPath(new URL('.', import.meta.url)), env: withDatabaseUrl(database.url) }
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args], options)
  return stdout
}

describe('the Prisma schema', () => {
  test('is what the migrations come to, whoever applies them', async () => {
    await migrate(database.url)
    await expect(prisma('migrate', 'status')).resolves.toContain('Database schema is up to date!')
    await expect(
      prisma('migrate', 'diff', '--from-config-datasource', '--to-schema', 'schema.prisma', '--exit-code'),
    ).resolves.toContain('No difference detected')
  })
})

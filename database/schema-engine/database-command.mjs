import pg from 'pg'
import { withoutSchema } from './postgres-factory.mjs'

const databaseMissing = '3D000'

/** What the CLI asks before there is a conversation: is the database there, make it, drop it. Answers the exit code. */
export async function databaseCommand(command, url) {
  const name = decodeURIComponent(new URL(url).pathname.slice(1))
  if (command === 'can-connect-to-database') return canConnect(url, name)
  const server = withoutSchema(url)
  server.pathname = '/postgres'
  const identifier = pg.escapeIdentifier(name)
  if (command === 'create-database') await run(server.href, `CREATE DATABASE ${identifier}`)
  else if (command === 'drop-database') await run(server.href, `DROP DATABASE IF EXISTS ${identifier}`)
  else throw new Error(`unknown command ${command}`)
  return 0
}

async function canConnect(url, name) {
  try {
    await run(withoutSchema(url).href, 'SELECT 1')
    return 0
  } catch (error) {
    const missing = error.code === databaseMissing
    const message = missing
      ? `Database \`${name}\` does not exist`
      : `Can't reach database server at ${new URL(url).host}: ${error.message || error.code}`
    const fields = { message, error_code: missing ? 'P1003' : 'P1001', is_panic: false }
    process.stderr.write(
      `schema-engine\n${JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields })}`,
    )
    return 1
  }
}

async function run(url, sql) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}

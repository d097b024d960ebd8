#!/usr/bin/env node
/**
 * Answers the Prisma CLI in place of its native schema engine, which is downloaded from a host that many networks do not
 * reach: the same JSON-RPC over stdin and stdout, by the engine's WebAssembly build over @prisma/adapter-pg.
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import { databaseCommand } from './database-command.mjs'
import { loadEngine, panicMessage } from './load-engine.mjs'
import { PostgresFactory } from './postgres-factory.mjs'

const internalError = 4466
/** Ids of our own calls to the CLI; it numbers its calls from 1. */
let nextPrintId = 1_000_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { datasource: { type: 'string' }, datamodels: { type: 'string', multiple: true } },
})
const datasource = typeof values.datasource === 'string' ? JSON.parse(values.datasource) : {}

if (process.argv.includes('--version')) console.log('schema-engine, WebAssembly build')
else if (positionals[0] === 'cli') process.exitCode = await databaseCommand(positionals[1], datasource.url)
else await serve()

/** Calls are answered one after the other, as the engine keeps state. */
async function serve() {
  const factory = new PostgresFactory(datasource)
  const engine = loadEngine(datamodels(), bindMigrationAwareSqlAdapterFactory(factory))
  let current
  // A panic leaves the engine past the promise of its call: without this the CLI would see it go, and take that for success.
  const panic = (error) => {
    if (current !== undefined) send(failure(current.id, 'panic', panicMessage(error)))
    process.exitCode = 101
    process.stdin.destroy()
  }
  process.on('uncaughtException', panic)
  process.on('unhandledRejection', panic)
  for await (const line of createInterface({ input: process.stdin })) {
    const call = line.trim() === '' ? {} : JSON.parse(line)
    if (call.method === undefined) continue
    current = call
    await answer(await engine, call)
  }
  await factory.dropShadows()
}

function datamodels() {
  return values.datamodels?.map((file) => [file, readFileSync(file, 'utf8')])
}

async function answer(engine, { id, method, params }) {
  try {
    const name = method === 'getDatabaseVersion' ? 'version' : method
    if (typeof engine[name] !== 'function')
      throw new Error(`the WebAssembly build of the schema engine cannot ${method}`)
    send({ jsonrpc: '2.0', id, result: printed(name, await engine[name](params)) ?? null })
  } catch (error) {
    send(
      failure(id, 'An error happened. Check the data field for details.', error?.message ?? String(error), error?.code),
    )
  }
}

/** The native engine prints a difference itself, by a call to the CLI. */
function printed(name, result) {
  if (name !== 'diff' || result?.stdout == null) return result
  nextPrintId += 1
  send({ jsonrpc: '2.0', id: nextPrintId, method: 'print', params: { content: result.stdout } })
  return { ...result, stdout: null }
}

function failure(id, message, detail, code) {
  const data = { is_panic: false, message: detail, error_code: code }
  return { jsonrpc: '2.0', id, error: { code: internalError, message, data } }
}

function send(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

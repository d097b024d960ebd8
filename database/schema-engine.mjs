#!/usr/bin/env node
// Stand-in for Prisma's native schema-engine: the same JSON-RPC over stdio, answered by
// @prisma/schema-engine-wasm over @prisma/adapter-pg. Set PRISMA_SCHEMA_ENGINE_BINARY to this file.
import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils'

const require = createRequire(import.meta.url)
class PanicRegistry {
  message = ''
  get() {
    return this.message
  }
  set_message(m) {
    this.message = 'RuntimeError: ' + m
  }
}
globalThis.PRISMA_WASM_PANIC_REGISTRY = new PanicRegistry()

if (process.argv.includes('--version')) {
  console.log('schema-engine-wasm stand-in')
  process.exit(0)
}
const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    datasource: { type: 'string' },
    datamodels: { type: 'string', multiple: true },
    'enabled-preview-features': { type: 'string' },
    'extension-types': { type: 'string' },
  },
})
const ds = values.datasource ? JSON.parse(values.datasource) : {}

function fail(code, message) {
  process.stderr.write(
    'schema-engine\n' +
      JSON.stringify({
        level: 'ERROR',
        target: 'schema_engine::logger',
        fields: { message, error_code: code, is_panic: false },
      }),
  )
  process.exit(1)
}
const schemaOf = (url) => new URL(url).searchParams.get('schema') ?? undefined
const strip = (url) => {
  const u = new URL(url)
  u.searchParams.delete('schema')
  return u.toString()
}

if (positionals[0] === 'cli') {
  const u = new URL(ds.url)
  const db = decodeURIComponent(u.pathname.slice(1))
  if (positionals[1] === 'can-connect-to-database') {
    const c = new pg.Client({ connectionString: strip(ds.url) })
    try {
      await c.connect()
      await c.query('select 1')
      await c.end()
      process.exit(0)
    } catch (e) {
      fail(
        e.code === '3D000' ? 'P1003' : 'P1001',
        e.code === '3D000'
          ? `Database \`${db}\` does not exist`
          : `Can't reach database server at ${u.host}: ${e.message}`,
      )
    }
  }
  const admin = new URL(strip(ds.url))
  admin.pathname = '/postgres'
  const c = new pg.Client({ connectionString: admin.toString() })
  await c.connect()
  if (positionals[1] === 'create-database') await c.query(`CREATE DATABASE ${pg.escapeIdentifier(db)}`)
  else if (positionals[1] === 'drop-database') await c.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(db)}`)
  await c.end()
  process.exit(0)
}

const bg = await import('@prisma/schema-engine-wasm/schema_engine_bg')
const wasmPath = path.join(path.dirname(require.resolve('@prisma/schema-engine-wasm')), 'schema_engine_bg.wasm')
const { instance } = await WebAssembly.instantiate(fs.readFileSync(wasmPath), { './schema_engine_bg.js': bg })
bg.__wbg_set_wasm(instance.exports)
instance.exports.__wbindgen_start()

// The catalogue queries return pg's internal "char" (oid 18), which @prisma/adapter-pg refuses: read it as one character.
const CHAR = 18,
  TEXT = 25
function repair(adapter) {
  const { queryRaw, performIO } = adapter
  adapter.queryRaw = async (query) => {
    const chars = []
    const view = Object.create(adapter, {
      performIO: {
        value: async (q) => {
          const r = await performIO.call(adapter, q)
          r.fields.forEach((f, i) => {
            if (f.dataTypeID === CHAR) {
              chars.push(i)
              f.dataTypeID = TEXT
            }
          })
          return r
        },
      },
    })
    const result = await queryRaw.call(view, query)
    for (const i of chars) result.columnTypes[i] = ColumnTypeEnum.Character
    return result
  }
  // adapter-pg splits a script at every ';', which breaks function bodies and string literals: send it whole.
  adapter.executeScript = async (script) => {
    try {
      await adapter.underlyingDriver().query(script)
    } catch (e) {
      adapter.onError(e)
    }
  }
  return adapter
}
const shadows = new Set() // the engine does not always let go of its shadow: what is left is dropped at the end
class Factory extends PrismaPg {
  async connect() {
    return repair(await super.connect())
  }
  // adapter-pg's own shadow keeps `connectionString`, which wins over `database`: it would be the main database itself.
  async connectToShadowDb() {
    if (ds.shadowDatabaseUrl)
      return repair(await new PrismaPg({ connectionString: strip(ds.shadowDatabaseUrl) }).connect())
    const name = `prisma_migrate_shadow_db_${globalThis.crypto.randomUUID()}`
    const admin = new pg.Client({ connectionString: strip(ds.url) })
    await admin.connect()
    await admin.query(`CREATE DATABASE "${name}"`)
    const url = new URL(strip(ds.url))
    url.pathname = '/' + name
    const shadow = repair(await new PrismaPg({ connectionString: url.toString() }).connect())
    const dispose = shadow.dispose.bind(shadow)
    shadow.dispose = async () => {
      if (!shadows.delete(shadow)) return
      await dispose()
      await admin.query(`DROP DATABASE "${name}" WITH (FORCE)`)
      await admin.end()
    }
    shadows.add(shadow)
    return shadow
  }
}

let engine
async function getEngine() {
  if (engine) return engine
  const datamodels = values.datamodels?.map((f) => [f, fs.readFileSync(f, 'utf8')])
  const factory = new Factory(
    { connectionString: ds.url ? strip(ds.url) : 'postgresql://127.0.0.1:1/none' },
    { schema: ds.url ? schemaOf(ds.url) : undefined },
  )
  const bound = bindMigrationAwareSqlAdapterFactory(factory)
  engine = await bg.SchemaEngine.new(
    { datamodels },
    (log) => {
      if (process.env.DEBUG) process.stderr.write(String(log) + '\n')
    },
    bound,
  )
  return engine
}
// A panic inside the wasm escapes its promise: without this the CLI would see the engine leave quietly, and `migrate diff` exit 0.
let current
function panic(err) {
  const message = globalThis.PRISMA_WASM_PANIC_REGISTRY.get() || String(err?.stack ?? err)
  if (current)
    process.stdout.write(
      JSON.stringify({
        jsonrpc: '2.0',
        id: current.id,
        error: { code: 4466, message: 'panic', data: { is_panic: false, message } },
      }) + '\n',
      () => process.exit(101),
    )
  else {
    process.stderr.write(
      'schema-engine\n' +
        JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields: { message, error_code: 'PANIC' } }) +
        '\n',
    )
    process.exit(101)
  }
}
process.on('uncaughtException', panic)
process.on('unhandledRejection', panic)
const send = (o) => process.stdout.write(JSON.stringify(o) + '\n')
let printId = 1_000_000,
  queue = Promise.resolve()
async function handle(msg) {
  if (msg.method === undefined) return // answer to print
  current = msg
  try {
    const e = await getEngine()
    const name = msg.method === 'getDatabaseVersion' ? 'version' : msg.method
    if (typeof e[name] !== 'function') throw new Error(`schema-engine method ${msg.method} is not supported offline`)
    let result = await e[name](msg.params)
    if (name === 'diff' && result?.stdout != null) {
      send({ jsonrpc: '2.0', id: printId++, method: 'print', params: { content: result.stdout } })
      result = { ...result, stdout: null }
    }
    send({ jsonrpc: '2.0', id: msg.id, result: result ?? null })
  } catch (err) {
    send({
      jsonrpc: '2.0',
      id: msg.id,
      error: {
        code: 4466,
        message: 'An error happened. Check the data field for details.',
        data: { is_panic: false, message: err?.message ?? String(err), error_code: err?.code },
      },
    })
  }
}
const rl = readline.createInterface({ input: process.stdin })
rl.on('line', (l) => {
  if (l.trim()) queue = queue.then(() => handle(JSON.parse(l)))
})
rl.on('close', async () => {
  await queue
  await Promise.allSettled([...shadows].map((s) => s.dispose()))
  process.exit(0)
})

import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import pg from 'pg'

const nowhere = 'postgresql://127.0.0.1:1/none'
/** pg's internal "char", which catalogue queries answer and the adapter refuses; and text. */
const charOid = 18
const textOid = 25

/** Prisma's `schema` parameter is not PostgreSQL's. */
export function withoutSchema(url) {
  const stripped = new URL(url)
  stripped.searchParams.delete('schema')
  return stripped
}

/** Connections for the schema engine: to the database, and to databases of the moment (shadows) in which it tries migrations. */
export class PostgresFactory extends PrismaPg {
  #datasource
  #shadows = new Set()

  constructor(datasource) {
    const schema = datasource.url ? (new URL(datasource.url).searchParams.get('schema') ?? undefined) : undefined
    super({ connectionString: datasource.url ? withoutSchema(datasource.url).href : nowhere }, { schema })
    this.#datasource = datasource
  }

  async connect() {
    return repaired(await super.connect())
  }

  /** The adapter's own way would connect to the database itself, since its connection string wins over the name given. */
  async connectToShadowDb() {
    const { url, shadowDatabaseUrl } = this.#datasource
    if (shadowDatabaseUrl)
      return repaired(await new PrismaPg({ connectionString: withoutSchema(shadowDatabaseUrl).href }).connect())
    const name = `prisma_migrate_shadow_db_${randomUUID()}`
    const admin = new pg.Client({ connectionString: withoutSchema(url).href })
    await admin.connect()
    await admin.query(`CREATE DATABASE "${name}"`)
    const shadowUrl = withoutSchema(url)
    shadowUrl.pathname = `/${name}`
    const shadow = repaired(await new PrismaPg({ connectionString: shadowUrl.href }).connect())
    const disconnect = shadow.dispose.bind(shadow)
    shadow.dispose = async () => {
      if (!this.#shadows.delete(shadow)) return
      await disconnect()
      await admin.query(`DROP DATABASE "${name}" WITH (FORCE)`)
      await admin.end()
    }
    this.#shadows.add(shadow)
    return shadow
  }

  /** The engine does not let go of each. */
  async dropShadows() {
    await Promise.allSettled([...this.#shadows].map((shadow) => shadow.dispose()))
  }
}

function repaired(adapter) {
  const { queryRaw, performIO } = adapter
  adapter.queryRaw = async (query) => {
    const characters = []
    const reading = async (io) => {
      const result = await performIO.call(adapter, io)
      for (const [column, field] of result.fields.entries()) {
        if (field.dataTypeID !== charOid) continue
        characters.push(column)
        field.dataTypeID = textOid
      }
      return result
    }
    const result = await queryRaw.call(Object.create(adapter, { performIO: { value: reading } }), query)
    for (const column of characters) result.columnTypes[column] = ColumnTypeEnum.Character
    return result
  }
  // The adapter splits a script at every semicolon, also inside functions and texts.
  adapter.executeScript = async (script) => {
    try {
      await adapter.underlyingDriver().query(script)
    } catch (error) {
      adapter.onError(error)
    }
  }
  return adapter
}

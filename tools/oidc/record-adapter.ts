import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Adapter, AdapterPayload } from 'oidc-provider'

interface StoredRecord {
  model: string
  id: string
  payload: AdapterPayload
  /** Milliseconds since 1970; never, if missing. */
  expiresAt?: number
}

/**
 * Keeps sessions, grants and tokens in one file each, so that a restarted server knows who is signed in.
 * Files are named by a hash, since ids come from cookies and requests.
 */
export function recordAdapter(folder: string): (model: string) => Adapter {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const records = readRecords(folder)
  return (model) => adapterOf(model, records, folder)
}

type Records = Map<string, StoredRecord>

function adapterOf(model: string, records: Records, folder: string): Adapter {
  const live = (record: StoredRecord | undefined) =>
    record !== undefined && !isOver(record) ? record.payload : undefined
  const findBy = (fits: (payload: AdapterPayload) => boolean) =>
    live([...records.values()].find((record) => record.model === model && fits(record.payload)))

  return {
    async upsert(id, payload, expiresIn) {
      const lifetime = expiresIn === undefined ? {} : { expiresAt: Date.now() + expiresIn * 1_000 }
      keep({ model, id, payload, ...lifetime }, records, folder)
    },
    async find(id) {
      return live(records.get(fileOf(model, id)))
    },
    async findByUid(uid) {
      return findBy((payload) => payload.uid === uid)
    },
    async findByUserCode(userCode) {
      return findBy((payload) => payload.userCode === userCode)
    },
    async consume(id) {
      const record = records.get(fileOf(model, id))
      if (record === undefined) return
      keep({ ...record, payload: { ...record.payload, consumed: Math.floor(Date.now() / 1_000) } }, records, folder)
    },
    async destroy(id) {
      drop(fileOf(model, id), records, folder)
    },
    async revokeByGrantId(grantId) {
      for (const [file, { payload }] of records) if (payload.grantId === grantId) drop(file, records, folder)
    },
  }
}

const fileOf = (model: string, id: string): string =>
  `${model}-${createHash('sha256').update(id).digest('hex').slice(0, 32)}.json`

const isOver = (record: StoredRecord): boolean => record.expiresAt !== undefined && record.expiresAt <= Date.now()

function keep(record: StoredRecord, records: Records, folder: string): void {
  const file = fileOf(record.model, record.id)
  writeFileSync(join(folder, `${file}.part`), JSON.stringify(record), { mode: 0o600 })
  renameSync(join(folder, `${file}.part`), join(folder, file))
  records.set(file, record)
}

function drop(file: string, records: Records, folder: string): void {
  records.delete(file)
  rmSync(join(folder, file), { force: true })
}

function readRecords(folder: string): Records {
  const records: Records = new Map()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const record = JSON.parse(readFileSync(join(folder, file), 'utf8')) as StoredRecord
    if (isOver(record)) rmSync(join(folder, file))
    else records.set(file, record)
  }
  return records
}

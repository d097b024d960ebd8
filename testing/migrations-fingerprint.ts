import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

const databaseFolder = path.join(import.meta.dirname, '..', 'database')

/** Names the template database after the migrations in it, so that a changed migration gets a new one. */
export function migrationsFingerprint(): string {
  const hash = createHash('sha256')
  const files = readdirSync(databaseFolder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\/migration\.sql$/.test(file),
  )
  for (const file of files.sort()) hash.update(file).update(readFileSync(path.join(databaseFolder, file)))
  return hash.digest('hex').slice(0, 12)
}

import { rmSync } from 'node:fs'
import type { PostgresPlace } from './postgres-place.ts'

/** Forgets the data of a server that was for tests only. */
export function removePostgres({ data, outside }: PostgresPlace): void {
  rmSync(outside ?? data, { recursive: true, force: true })
}

import { rmSync } from 'node:fs'
import path from 'node:path'
import type { PostgresPlace } from './postgres-place.ts'

/** Forgets the data of a server that was for tests only. */
export function removePostgres({ data, remark }: PostgresPlace): void {
  // With a remark it is in a folder of its own, outside the home.
  rmSync(remark === undefined ? data : path.dirname(data), { recursive: true, force: true })
}

import path from 'node:path'
import type { ProcessPlan } from '../process-plan.ts'
import type { PostgresPlace } from './postgres-place.ts'
import { databaseUser, prepareCluster } from './prepare-cluster.ts'

/** The embedded PostgreSQL, on loopback; `settings` differ for tests, which may lose everything. */
export function postgresPlan(place: PostgresPlace, port: number, settings: string[] = []): ProcessPlan {
  const all = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', ...settings]
  return {
    name: 'postgres',
    command: path.join(place.binaries, 'bin', 'postgres'),
    args: ['-D', place.data, '-p', String(port), ...all.flatMap((setting) => ['-c', setting])],
    cwd: '/',
    ...place.user,
    ready: { says: /database system is ready to accept connections/ },
    // A fast shutdown; its own processes are its own affair.
    stop: { signal: 'SIGINT', whom: 'process' },
    beforeStart: () => prepareCluster(place),
  }
}

export const postgresUrl = (port: number, database: string): string =>
  `postgresql://${databaseUser}@127.0.0.1:${port}/${database}`

import { applyConfiguration } from '@berth/database/apply-configuration.ts'
import { openDatabase, type Database } from '@berth/database/connect.ts'
import { createVmRequest } from '@berth/database/create-vm-request.ts'
import { seedUser } from '@berth/database/seed-user.ts'
import { aConfiguration, anSshPublicKey } from './builders.ts'
import { violations, type Evidence, type VmEvent } from './invariants.ts'
import { createTestDatabase } from './test-servers.ts'

/** A record to break. */
export interface InvariantsWorld {
  database: Database
  aRequest(): Promise<string>
  /** By hand, as no code of Berth does it. */
  ended(): Promise<string>
  /** Says so in the audit of a request, behind the end of its chain. */
  audited(requestId: string, entries: readonly AuditedByHand[]): Promise<void>
  found(vms?: string[], events?: VmEvent[]): Promise<string[]>
  /** Of what is found, that which names the request. */
  about(requestId: string, evidence?: Partial<Evidence>): Promise<string[]>
  close(): Promise<void>
}

interface AuditedByHand {
  event: string
  by?: string
  detail: object
  /** It was sent by somebody. */
  messageId?: string
}

export const aVm = (id: string) => ({ instanceUuid: id, markerRequestId: id })

export async function openInvariantsWorld(): Promise<InvariantsWorld> {
  const testDatabase = await createTestDatabase()
  const database = openDatabase(testDatabase.url)
  await applyConfiguration(database, aConfiguration())
  await seedUser(database, {
    ...{ id: 'dora', username: 'dora', displayName: 'Dora', email: 'dora@example.test' },
    ...{ roles: ['developer'], teamIds: ['platform'] },
  })
  let seq = 1_000
  const { pool } = database
  const world: InvariantsWorld = {
    database,
    async aRequest() {
      const outcome = await createVmRequest(database, {
        ...{ ownerId: 'dora', requesterId: 'dora', teamId: 'platform', catalogItemId: 'ubuntu-24-04' },
        ...{ sizeId: 'small', leaseSeconds: 3_600, purpose: 'to try it', sshPublicKeys: [anSshPublicKey] },
      })
      if (outcome.outcome !== 'created') throw new Error(`not created: ${JSON.stringify(outcome)}`)
      return outcome.requestId
    },
    async ended() {
      const id = await world.aRequest()
      await pool.query(`update vm_requests set state = 'retired', closed_at = now() where id = $1`, [id])
      return id
    },
    async audited(requestId, entries) {
      for (const { event, by = 'berth', detail, messageId } of entries) {
        seq += 1
        await pool.query(
          `insert into audit_entries (chain, seq, request_id, at, by, event, detail, prev_hash, hash)
           values ($1, $2, $3, now(), $4, $5, $6, '', '')`,
          [requestId, seq, requestId, by, event, JSON.stringify(detail)],
        )
        if (messageId !== undefined)
          await pool.query(
            `insert into applied_messages (request_id, message_id, audit_seq, answer, applied_at) values ($1, $2, $3, '{}', now())`,
            [requestId, messageId, seq],
          )
      }
    },
    found: (vms = [], events = []) => violations({ database, vms: vms.map(aVm), events }),
    about: async (requestId, evidence = {}) =>
      (await violations({ database, vms: [], events: [], ...evidence })).filter((one) => one.includes(requestId)),
    async close() {
      await database.close()
      await testDatabase.drop()
    },
  }
  return world
}

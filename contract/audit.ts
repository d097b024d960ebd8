import { z } from 'zod'
import { listOf, pageQuery } from './list.ts'
import { optional } from './optional.ts'
import { identifier, instant } from './values.ts'

/** One thing that happened, mostly to a VM request. Entries are never changed; each carries the hash of the one before. */
export const auditEntry = z
  .object({
    id: z.string(),
    requestId: z.uuid().optional().meta({ description: 'Absent where it concerns no single request, such as a token' }),
    vmName: z.string().optional(),
    at: instant,
    by: z.string().meta({ description: 'A user’s id, or `berth` for what Berth does by itself' }),
    byName: z.string(),
    event: z.string(),
    reason: z.string().optional(),
    change: z.record(z.string(), z.unknown()).meta({ description: 'What it changed' }),
    prevHash: z.string().nullable(),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.infer<typeof auditEntry>

export const auditList = listOf('AuditList', auditEntry)

export const auditQuery = z.strictObject({
  requestId: optional(z.uuid()),
  by: optional(identifier),
  event: optional(identifier),
  from: optional(instant),
  to: optional(instant),
  ...pageQuery,
})

export const requestAuditQuery = z.strictObject(pageQuery)

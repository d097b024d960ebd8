import { MemoryStore, type Options } from 'express-rate-limit'
import type { Logger } from 'pino'
import { auditDenial } from '@berth/database/audit-denial.ts'
import type { Database } from '@berth/database/connect.ts'
import type { Caller } from '../caller.ts'
import type { Problem } from '../problems.ts'

/** Keeps who asks without end for what they may not have from filling the audit; the log has every call. */
const auditedPerMinute = 10

export type AuditDenial = (
  caller: Caller,
  denied: { endpoint: string; subject?: string; code: string },
) => Promise<void>

/** Whether a refusal says that this person may not, also where they are told that there is no such thing. */
export const isDenial = (problem: Problem): boolean => problem.status === 403 || problem.isHidden

/** An audit that cannot be written changes nothing of the refusal. */
export function auditDenials(database: Database, log: Logger): AuditDenial {
  const denials = new MemoryStore()
  denials.init({ windowMs: 60_000 } as Options)
  return async ({ userId, via }, denied) => {
    const { totalHits } = await denials.increment(userId)
    if (totalHits > auditedPerMinute) return
    await auditDenial(database, { by: userId, via, ...denied }).catch((error: unknown) =>
      log.error({ err: error, userId, ...denied }, 'a denial was not audited'),
    )
  }
}

import { z } from 'zod'
import { findingKinds } from '@berth/domain/finding.ts'
import { noticeEvents } from '@berth/domain/notice.ts'
import { listOf, pageQuery } from './list.ts'
import { optional } from './optional.ts'
import { identifier, instant } from './values.ts'

/** What operators look after, beside held requests. */

export const finding = z
  .object({
    siteId: z.string(),
    kind: z.enum(findingKinds),
    subject: z.string().meta({ description: 'Request id, or the VM’s instanceUuid where no request is known' }),
    detail: z.string(),
    firstSeenAt: instant,
    lastSeenAt: instant,
    runs: z.number().int().meta({ description: 'How many reconcile runs in a row saw it' }),
  })
  .meta({ id: 'Finding' })
export type FindingEntry = z.infer<typeof finding>

export const findingList = listOf('FindingList', finding)
export const findingsQuery = z.strictObject({ site: optional(identifier), ...pageQuery })

/** A notice that could not be delivered yet, or was given up. */
export const notice = z
  .object({
    id: z.string(),
    requestId: z.uuid(),
    vmName: z.string(),
    event: z.enum(noticeEvents),
    channel: z.string(),
    recipient: z.string(),
    state: z.enum(['pending', 'undelivered']),
    createdAt: instant,
    lastError: z.string().optional(),
  })
  .meta({ id: 'Notice' })
export type Notice = z.infer<typeof notice>

export const noticeList = listOf('NoticeList', notice)
export const noticesQuery = z.strictObject(pageQuery)

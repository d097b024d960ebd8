import { z } from 'zod'
import { findingKinds, findingSeverities } from '@berth/domain/finding.ts'
import { noticeEvents } from '@berth/domain/notice.ts'
import { vmRequestActions, vmRequestStates } from '@berth/domain/vm-request.ts'
import { listOf, pageQuery } from './list.ts'
import { optional } from './optional.ts'
import { identifier, instant } from './values.ts'

/** What operators look after, beside held requests. */

const findingRequest = z
  .object({
    id: z.uuid(),
    vmName: z.string(),
    ownerId: z.string(),
    ownerName: z.string(),
    state: z.enum(vmRequestStates),
  })
  .meta({ id: 'FindingRequest' })

export const finding = z
  .object({
    id: z.string(),
    siteId: z.string(),
    kind: z.enum(findingKinds),
    title: z.string().meta({ description: 'What happened to what, in a few words' }),
    severity: z.enum(findingSeverities).meta({
      description:
        'act: it does not go on without a person · look: nothing is lost, somebody should see it · note: Berth copes',
    }),
    subject: z.string().meta({
      description:
        'Request id, or the VM’s instanceUuid where the VM itself is odd; the site or folder that was not compared',
    }),
    detail: z.string(),
    request: findingRequest.optional().meta({ description: 'The request that it is about, if it is known' }),
    whatCanBeDone: z.array(z.string()).meta({ description: 'The usual thing first' }),
    actions: z
      .array(z.enum(vmRequestActions))
      .meta({ description: 'Of the request, that settle it and that the caller may do' }),
    firstSeenAt: instant,
    lastSeenAt: instant,
    repairedAt: instant.optional().meta({ description: 'Berth put it right; told for a day' }),
    runs: z.number().int().meta({ description: 'How many reconcile runs in a row saw it' }),
  })
  .meta({ id: 'Finding' })
export type FindingEntry = z.infer<typeof finding>

export const findingList = listOf('FindingList', finding)
export const findingsQuery = z.strictObject({
  site: optional(identifier),
  kind: optional(z.enum(findingKinds)),
  severity: optional(z.enum(findingSeverities)),
  request: optional(z.uuid()),
  ...pageQuery,
})

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

import { z } from 'zod'
import { vmRequestStates } from '@berth/domain/vm-request.ts'
import { listOf, pageQuery } from './list.ts'
import { optional } from './optional.ts'
import { identifier, instant } from './values.ts'

/** Why something waits: one sentence, without its full stop. */
const why = {
  sentence: z.string(),
  since: instant,
  until: z.string().meta({ description: 'What would end it, as a sentence without its full stop' }),
  untilAt: instant.optional().meta({ description: 'When Berth goes on by itself, if nobody does anything before' }),
}

export const waiting = z
  .object({ ...why, asPlanned: z.boolean().meta({ description: 'All goes as it should' }) })
  .meta({ id: 'Waiting' })
export type Waiting = z.infer<typeof waiting>

export const waitingNow = z
  .object({ waiting: waiting.nullable().meta({ description: 'null once the request has ended' }) })
  .meta({ id: 'WaitingNow' })

const waitingRequest = z
  .object({
    requestId: z.uuid(),
    vmName: z.string(),
    siteId: z.string(),
    ownerName: z.string(),
    teamName: z.string(),
    state: z.enum(vmRequestStates),
    ...why,
  })
  .meta({ id: 'WaitingRequest' })

export const waitingList = listOf('WaitingList', waitingRequest)
export const waitingQuery = z.strictObject({ site: optional(identifier), ...pageQuery })

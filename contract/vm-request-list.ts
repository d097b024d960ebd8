import { z } from 'zod'
import { vmRequestStates } from '@berth/domain/vm-request.ts'
import { listOf, pageQuery } from './list.ts'
import { optional } from './optional.ts'
import { identifier } from './values.ts'
import { vmRequest } from './vm-request.ts'

export const vmRequestList = listOf('VmRequestList', vmRequest)

/** `state=active,expired` and `state=active&state=expired` are the same. */
const states = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat().flatMap((text) => text.split(',')))
  .pipe(z.array(z.enum(vmRequestStates)).min(1))
  .meta({
    type: 'array',
    items: { type: 'string', enum: [...vmRequestStates] },
    description: 'One or more states, repeated or separated by commas',
  })

const filters = {
  state: optional(states),
  owner: optional(identifier.meta({ description: 'A user’s id, or `me`' })),
  team: optional(identifier),
  site: optional(identifier),
  q: optional(z.string().trim().max(200).meta({ description: 'Part of a VM name, purpose, address or owner' })),
}

export const vmRequestsQuery = z.strictObject({ ...filters, ...pageQuery })
export type VmRequestsQuery = z.infer<typeof vmRequestsQuery>

export const vmRequestEventsQuery = z.strictObject(filters)

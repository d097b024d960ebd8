import { z } from 'zod'
import { stepNames } from '@berth/domain/vm-request.ts'
import { listOf, pageQuery } from './list.ts'
import { instant } from './values.ts'

const slots = z.object({ used: z.number().int(), free: z.number().int() }).meta({ id: 'Slots' })

const agent = z
  .object({
    identity: z.string(),
    host: z.string().nullable(),
    version: z.string().nullable(),
    lastContactAt: instant.nullable(),
    alive: z.boolean().meta({ description: 'Whether its last contact is recent' }),
    clockSkewSeconds: z.number().nullable().meta({
      description: 'How far its clock is ahead of ours, at least; null while it is not known, 0 when it is in step',
    }),
    slots: z
      .object({ clones: slots, others: slots })
      .nullable()
      .meta({ description: 'How much it does and could do beside; null while it sends no heartbeats' }),
  })
  .meta({ id: 'Agent' })

const maintenance = z
  .object({ since: instant, by: z.string(), byName: z.string(), reason: z.string() })
  .meta({ id: 'Maintenance', description: 'New clones wait in their queue; all else goes on' })

/** A place with one vCenter and its agents. */
export const site = z
  .object({
    id: z.string(),
    vcenter: z.string(),
    agents: z.array(agent),
    backlog: z.number().int().meta({ description: 'Activities that wait for an agent' }),
    clonesQueued: z.number().int().meta({ description: 'Clones among them' }),
    work: z
      .array(z.object({ step: z.enum(stepNames), requests: z.number().int() }))
      .meta({ description: 'Steps under way: how many requests are at each' }),
    openRequests: z.number().int(),
    heldRequests: z.number().int(),
    maintenance: maintenance.optional(),
  })
  .meta({ id: 'Site' })
export type Site = z.infer<typeof site>

export const siteList = listOf('SiteList', site)
export const sitesQuery = z.strictObject(pageQuery)

export const beginMaintenance = z
  .strictObject({ reason: z.string().trim().min(1).max(200) })
  .meta({ id: 'BeginMaintenance' })

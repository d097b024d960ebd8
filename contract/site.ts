import { z } from 'zod'
import { listOf, pageQuery } from './list.ts'
import { instant } from './values.ts'

const agent = z
  .object({
    identity: z.string(),
    lastContactAt: instant.nullable(),
    version: z.string().nullable(),
    alive: z.boolean().meta({ description: 'Whether its last contact is recent' }),
  })
  .meta({ id: 'Agent' })

/** A place with one vCenter and its agents. */
export const site = z
  .object({
    id: z.string(),
    vcenter: z.string(),
    agents: z.array(agent),
    backlog: z.number().int().meta({ description: 'Activities that wait for an agent' }),
    openRequests: z.number().int(),
    heldRequests: z.number().int(),
  })
  .meta({ id: 'Site' })
export type Site = z.infer<typeof site>

export const siteList = listOf('SiteList', site)
export const sitesQuery = z.strictObject(pageQuery)

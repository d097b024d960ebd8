import { z } from 'zod'
import { optional } from './optional.ts'
import { identifier, purpose, seconds, sshPublicKeys, vmName } from './values.ts'

/** What a person says to get a VM. */
export const createVmRequest = z
  .strictObject({
    catalogItemId: identifier,
    sizeId: identifier,
    leaseSeconds: seconds,
    purpose,
    sshPublicKeys,
    name: optional(vmName.meta({ description: 'Absent: the catalog item’s pattern names it' })),
    teamId: optional(identifier.meta({ description: 'Needed by people who are in more than one team' })),
  })
  .meta({ id: 'CreateVmRequest' })
export type CreateVmRequest = z.infer<typeof createVmRequest>

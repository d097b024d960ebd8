import { z } from 'zod'
import { roles } from '@berth/domain/role.ts'

/** Who the caller is. */
export const me = z
  .object({
    userId: z.string(),
    displayName: z.string(),
    email: z.string().optional(),
    roles: z.array(z.enum(roles)),
    teams: z.array(z.object({ id: z.string(), name: z.string() })),
    sshPublicKeys: z.array(z.string()).meta({ description: 'Keys of earlier requests, latest first' }),
    temporalUiUrl: z
      .string()
      .optional()
      .meta({ description: 'The installation’s workflows in the Temporal UI, for operators' }),
  })
  .meta({ id: 'Me' })
export type Me = z.infer<typeof me>

import type { Visibility } from '@berth/database/visibility.ts'
import type { Caller } from './caller.ts'
import { mayDo } from './policies.ts'

/** The table of policies for reading requests, as a condition on rows. */
export function visibilityOf(caller: Caller): Visibility {
  if (mayDo(caller, 'readAllRequests', 'installation', undefined)) return 'all'
  return { userId: caller.userId, teamIds: caller.roles.includes('developer') ? caller.teamIds : [] }
}

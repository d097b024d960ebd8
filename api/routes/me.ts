import { earlierSshKeys } from '@berth/database/ssh-keys.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { Handlers } from '../http/endpoint-router.ts'
import { mayDo } from '../policies.ts'

/** Who the caller is: open to everybody who is signed in, roles or not. */
export const meRoutes = ({ database, settings }: ApiDependencies): Pick<Handlers, 'getMe'> => ({
  async getMe({ caller }) {
    const { userId, displayName, email, roles, teamIds } = caller
    const ui = settings.temporalUi
    const showsUi = ui !== undefined && mayDo(caller, 'openTemporalUi', 'installation', undefined)
    return {
      status: 200,
      body: {
        userId,
        displayName,
        roles,
        teams: teamIds.map((id) => ({ id, name: id })),
        sshPublicKeys: await earlierSshKeys(database, userId),
        ...(email !== undefined && { email }),
        ...(showsUi && { temporalUiUrl: `${ui.url}/namespaces/${ui.namespace}/workflows` }),
      },
    }
  },
})

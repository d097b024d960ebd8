import { createAccessToken, revokeToken, tokensOf } from '@berth/database/access-tokens.ts'
import { authorizeInstallation } from '../authorize.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { Handlers } from '../http/endpoint-router.ts'
import { newAccessToken } from '../identity/access-token.ts'
import { pageOf } from '../present/page-of.ts'
import { Problem } from '../problems.ts'

const defaultLifetimeSeconds = 90 * 86_400

/** Personal access tokens: shown once, and only ever one's own. */
export const tokenRoutes = ({
  database,
}: ApiDependencies): Pick<Handlers, 'listTokens' | 'createToken' | 'deleteToken'> => ({
  async listTokens({ caller, query }) {
    authorizeInstallation(caller, 'createToken')
    return { status: 200, body: pageOf(await tokensOf(database, caller.userId), query) }
  },

  async createToken({ caller, body }) {
    authorizeInstallation(caller, 'createToken')
    const token = await createAccessToken(database, {
      userId: caller.userId,
      name: body.name,
      expiresInSeconds: body.expiresInSeconds ?? defaultLifetimeSeconds,
      token: newAccessToken(),
    })
    return { status: 201, body: token, headers: { 'Cache-Control': 'no-store' } }
  },

  async deleteToken({ caller, params }) {
    authorizeInstallation(caller, 'createToken')
    if (!(await revokeToken(database, caller.userId, params.id))) throw Problem.notFound('token')
    return { status: 204 }
  },
})

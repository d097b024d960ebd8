import { createAccessToken, createAccessTokenOnce, revokeToken, tokensOf } from '@berth/database/access-tokens.ts'
import { paths } from '@berth/contract/paths.ts'
import { authorizeInstallation } from '../authorize.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { Handlers } from '../http/endpoint-router.ts'
import { newAccessToken, repeatableAccessTokens } from '../identity/access-token.ts'
import { pageOf } from '../present/page-of.ts'
import { Problem } from '../problems.ts'

const defaultLifetimeSeconds = 90 * 86_400
const headers = { 'Cache-Control': 'no-store' }

type TokenHandlers = Pick<Handlers, 'listTokens' | 'createToken' | 'deleteToken'>

/** Personal access tokens: only ever one's own, the secret shown to whoever makes one. */
export function tokenRoutes({ database, settings }: ApiDependencies): TokenHandlers {
  const secretOf = repeatableAccessTokens(settings.sessionSecret)
  return {
    async listTokens({ caller, query }) {
      authorizeInstallation(caller, 'createToken')
      return { status: 200, body: pageOf(await tokensOf(database, caller.userId), query) }
    },

    async createToken({ caller, body, idempotencyKey: key }) {
      authorizeInstallation(caller, 'createToken')
      const { userId } = caller
      const order = { userId, name: body.name, expiresInSeconds: body.expiresInSeconds ?? defaultLifetimeSeconds }
      if (key === undefined)
        return { status: 201, body: await createAccessToken(database, { ...order, token: newAccessToken() }), headers }
      const made = await createAccessTokenOnce(database, {
        ...order,
        idempotency: { key, route: paths.createToken.path, body },
        secretOf: (tokenId) => secretOf(userId, key, tokenId),
      })
      if (made.outcome !== 'created') throw Problem[made.outcome]()
      return { status: made.replayed ? 200 : 201, body: made.token, headers }
    },

    async deleteToken({ caller, params }) {
      authorizeInstallation(caller, 'createToken')
      if (!(await revokeToken(database, caller.userId, params.id))) throw Problem.notFound('token')
      return { status: 204 }
    },
  }
}

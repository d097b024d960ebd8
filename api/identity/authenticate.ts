import type { Request } from 'express'
import { userOfToken } from '@berth/database/access-tokens.ts'
import type { Database } from '@berth/database/connect.ts'
import { findUser } from '@berth/database/users.ts'
import type { Caller } from '../caller.ts'
import { Problem } from '../problems.ts'
import { bearerToken } from './access-token.ts'

/** Who asks: by token if one is sent, else by session. Roles are those of this moment. Refuses strangers. */
export async function authenticate(database: Database, request: Request): Promise<Caller> {
  const authorization = request.get('authorization')
  const caller =
    authorization === undefined ? await bySession(database, request) : await byToken(database, authorization)
  if (caller === undefined) throw Problem.unauthenticated()
  return caller
}

async function byToken(database: Database, authorization: string): Promise<Caller | undefined> {
  const token = bearerToken(authorization)
  const userId = token && (await userOfToken(database, token))
  return userId === undefined ? undefined : callerOf(database, userId, 'token')
}

async function bySession(database: Database, request: Request): Promise<Caller | undefined> {
  const { userId, endsAt } = request.session
  if (userId === undefined || endsAt === undefined || endsAt <= Date.now()) return undefined
  return callerOf(database, userId, 'session')
}

async function callerOf(database: Database, userId: string, via: Caller['via']): Promise<Caller | undefined> {
  const user = await findUser(database, userId)
  if (user === undefined) return undefined
  const { displayName, email, roles, teamIds } = user
  return { userId, displayName, roles, teamIds, via, ...(email !== undefined && { email }) }
}

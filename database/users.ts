import { instantOf, type Instant } from '@berth/domain/instant.ts'
import type { Role } from '@berth/domain/role.ts'
import type { Database } from './connect.ts'
import { transaction, type Queryable } from './transaction.ts'

/** Somebody as the identity provider last described them. `id` is the provider's `sub`. */
export interface UserProfile {
  id: string
  username: string
  displayName: string
  email?: string
  roles: Role[]
  teamIds: string[]
}

export interface User extends UserProfile {
  lastLoginAt?: Instant
}

/** Remembers who logged in; what is remembered is also what their access tokens may do. Unknown teams are left out. */
export const recordLogin = (database: Database, profile: UserProfile): Promise<void> =>
  transaction(database.pool, (client) => storeUser(client, profile, instantOf(Date.now())))

export async function storeUser(client: Queryable, user: UserProfile, lastLoginAt: Instant | null): Promise<void> {
  await client.query(
    `insert into users (id, username, display_name, email, roles, last_login_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (id) do update set username = excluded.username, display_name = excluded.display_name,
       email = excluded.email, roles = excluded.roles, last_login_at = coalesce(excluded.last_login_at, users.last_login_at)`,
    [user.id, user.username, user.displayName, user.email ?? null, user.roles, lastLoginAt],
  )
  await client.query('delete from team_memberships where user_id = $1 and team_id <> all ($2)', [user.id, user.teamIds])
  await client.query(
    `insert into team_memberships (team_id, user_id) select id, $1 from teams where id = any ($2) on conflict do nothing`,
    [user.id, user.teamIds],
  )
}

export async function findUser({ prisma }: Database, userId: string): Promise<User | undefined> {
  const row = await prisma.user.findUnique({
    where: { id: userId },
    include: { teamMemberships: { where: { team: { configured: true } }, orderBy: { teamId: 'asc' } } },
  })
  if (row === null) return undefined
  const { id, username, displayName, email, lastLoginAt, teamMemberships } = row
  return {
    id,
    username,
    displayName,
    roles: row.roles as Role[],
    teamIds: teamMemberships.map(({ teamId }) => teamId),
    ...(email !== null && { email }),
    ...(lastLoginAt !== null && { lastLoginAt: lastLoginAt.toISOString() }),
  }
}

/** Names to show, by id; users who never logged in are missing. */
export async function displayNames({ prisma }: Database, userIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await prisma.user.findMany({
    where: { id: { in: [...new Set(userIds)] } },
    select: { id: true, displayName: true },
  })
  return new Map(rows.map(({ id, displayName }) => [id, displayName]))
}

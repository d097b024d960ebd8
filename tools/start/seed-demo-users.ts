import { createAccessToken } from '@berth/database/access-tokens.ts'
import { openDatabase } from '@berth/database/connect.ts'
import { seedUser } from '@berth/database/seed-user.ts'
import { isRole } from '@berth/domain/role.ts'
import { demoUsers } from '../oidc/demo-users.ts'

/**
 * The people of the demo can use their access tokens before they have ever signed in. Their teams must have been
 * applied already.
 */
export async function seedDemoUsers(databaseUrl: string, tokens: Record<string, string>): Promise<void> {
  const database = openDatabase(databaseUrl)
  try {
    for (const { username, name, email, roles, teams } of demoUsers) {
      await seedUser(database, {
        id: username,
        username,
        displayName: name,
        email,
        roles: roles.filter(isRole),
        teamIds: teams,
      })
      const token = tokens[username]
      if (token !== undefined) await createAccessToken(database, { userId: username, name: 'demo', token })
    }
  } finally {
    await database.close()
  }
}

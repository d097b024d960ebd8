import type { Database } from './connect.ts'
import { transaction } from './transaction.ts'
import { storeUser, type UserProfile } from './users.ts'

/** A user who has not logged in yet. The teams must be known already: unknown ones are left out. */
export const seedUser = (database: Database, user: UserProfile): Promise<void> =>
  transaction(database.pool, (client) => storeUser(client, user, null))

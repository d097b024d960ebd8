import type { Queryable } from './transaction.ts'

/** The clone is there or undone: what it took on the datastore now shows in the datastore itself. */
export async function giveBackReservation(client: Queryable, requestId: string): Promise<void> {
  await client.query('delete from placement_reservations where request_id = $1', [requestId])
}

/** All that an open request holds. Its name is given back by `name_held`. */
export async function giveBackAll(client: Queryable, requestId: string): Promise<void> {
  await giveBackReservation(client, requestId)
  await client.query('delete from quota_holds where request_id = $1', [requestId])
}

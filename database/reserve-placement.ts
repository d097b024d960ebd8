import { chooseDatastore, type Placement, type PlacementFindings } from '@berth/domain/placement.ts'
import type { VmRequestState } from '@berth/domain/vm-request.ts'
import type { Database } from './connect.ts'
import { RecordsFault } from './records-fault.ts'
import { transaction, type Queryable } from './transaction.ts'
import { lockRequest, updateRequest, type VmRequestRow } from './vm-request-row.ts'

/** Whoever asks in another state comes late: nothing would give the space back. */
const placedIn: readonly VmRequestState[] = ['provisioning', 'held']

/**
 * Takes space on the datastore with the most of it, less what other clones under way have reserved.
 * The same answer when asked again, as long as its datastore is among the findings. None fits: `datastoreFull`.
 */
export const reservePlacement = (
  database: Database,
  requestId: string,
  findings: PlacementFindings,
  neededGiB: number,
): Promise<Placement> =>
  transaction(database.pool, async (client) => {
    const request = await lockRequest(client, requestId)
    if (!placedIn.includes(request.state))
      throw new RecordsFault('actionNotAllowed', `request ${requestId} is ${request.state} and is not built`)
    if (request.placement !== null && stillFound(request.placement, findings)) return request.placement
    await client.query('select 1 from sites where id = $1 for no key update', [request.site_id])
    const placement = choose(findings, neededGiB, await reservedByOthers(client, request))
    await client.query(
      `insert into placement_reservations (request_id, site_id, datastore_moid, reserved_gib) values ($1, $2, $3, $4)
       on conflict (request_id) do update set datastore_moid = excluded.datastore_moid, reserved_gib = excluded.reserved_gib`,
      [requestId, request.site_id, placement.datastoreMoid, neededGiB],
    )
    await updateRequest(client, requestId, { placement })
    return placement
  })

const stillFound = (placement: Placement, findings: PlacementFindings): boolean =>
  placement.replaced !== true &&
  findings.datastores.some(({ moid }) => moid === placement.datastoreMoid) &&
  placement.templateMoid === findings.templateMoid

async function reservedByOthers(client: Queryable, request: VmRequestRow): Promise<Map<string, number>> {
  const { rows } = await client.query<{ moid: string; gib: number }>(
    `select datastore_moid as moid, sum(reserved_gib) as gib from placement_reservations
     where site_id = $1 and request_id <> $2 group by datastore_moid`,
    [request.site_id, request.id],
  )
  return new Map(rows.map(({ moid, gib }) => [moid, gib]))
}

function choose(findings: PlacementFindings, neededGiB: number, reserved: ReadonlyMap<string, number>): Placement {
  const datastore = chooseDatastore(findings.datastores, neededGiB, reserved)
  if (datastore === undefined) throw new RecordsFault('datastoreFull', shortage(findings, neededGiB, reserved))
  const { templateMoid, folderMoid, resourcePoolMoid, networkName, networkMoid } = findings
  return {
    templateMoid,
    folderMoid,
    resourcePoolMoid,
    networkName,
    networkMoid,
    datastoreName: datastore.name,
    datastoreMoid: datastore.moid,
    reservedGiB: neededGiB,
  }
}

function shortage({ datastores }: PlacementFindings, neededGiB: number, reserved: ReadonlyMap<string, number>): string {
  const each = datastores.map(
    ({ name, moid, freeGiB }) =>
      `${name} has ${gib(freeGiB)} free, ${gib(reserved.get(moid) ?? 0)} of it reserved by clones under way`,
  )
  return `${gib(neededGiB)} are needed; ${each.join('; ')}`
}

const gib = (amount: number): string => `${Math.round(amount * 10) / 10} GiB`

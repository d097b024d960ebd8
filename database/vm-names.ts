import type { CatalogItem } from '@berth/domain/configuration.ts'
import { renderVmName } from '@berth/domain/vm-name.ts'
import type { Wish } from './resolve-request.ts'
import { RecordsFault } from './records-fault.ts'
import type { Queryable } from './transaction.ts'
import type { VmRequestRow } from './vm-request-row.ts'

interface Naming {
  siteId: string
  pattern: string
  team: string
  owner: string
  item: string
}

export async function namingOf(client: Queryable, wish: Wish, item: CatalogItem): Promise<Naming> {
  const { rows } = await client.query<{ username: string }>('select username from users where id = $1', [wish.ownerId])
  const owner = rows[0]?.username
  if (owner === undefined) throw new Error(`there is no user ${wish.ownerId}`)
  return { siteId: item.siteId, pattern: item.namePattern, team: wish.teamId, owner, item: item.id }
}

/** The next free name of the pattern; its number is used up when the transaction commits. */
export async function allocateName(client: Queryable, naming: Naming): Promise<string> {
  for (;;) {
    const { rows } = await client.query<{ last: number }>(
      `insert into vm_name_sequences (site_id, stem, last) values ($1, $2, 1)
       on conflict (site_id, stem) do update set last = vm_name_sequences.last + 1 returning last`,
      [naming.siteId, stemOf(naming)],
    )
    const name = renderVmName(naming.pattern, { ...naming, seq: rows[0]?.last ?? 1 })
    if (!(await isNameHeld(client, naming.siteId, name))) return name
  }
}

/** The name that a request would get now, for a preview: nothing is used up. */
export async function nextName(client: Queryable, naming: Naming): Promise<string> {
  const { rows } = await client.query<{ last: number }>(
    'select last from vm_name_sequences where site_id = $1 and stem = $2',
    [naming.siteId, stemOf(naming)],
  )
  for (let seq = (rows[0]?.last ?? 0) + 1; ; seq += 1) {
    const name = renderVmName(naming.pattern, { ...naming, seq })
    if (!(await isNameHeld(client, naming.siteId, name))) return name
  }
}

export async function isNameHeld(client: Queryable, siteId: string, name: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'select 1 from vm_requests where site_id = $1 and vm_name = $2 and name_held',
    [siteId, name],
  )
  return rowCount !== 0
}

/** A request takes a name besides its creation: when it is reopened, or gets another one. */
export async function refuseTakenName(
  client: Queryable,
  request: Pick<VmRequestRow, 'id' | 'site_id'>,
  name: string,
): Promise<void> {
  const { rowCount } = await client.query(
    'select 1 from vm_requests where site_id = $1 and vm_name = $2 and name_held and id <> $3',
    [request.site_id, name, request.id],
  )
  if (rowCount !== 0) throw new RecordsFault('nameTaken', `${name} belongs to another request`)
}

/** Names that differ in their number only share a sequence. */
const stemOf = ({ pattern, team, owner, item }: Naming): string =>
  pattern.replaceAll('{team}', team).replaceAll('{owner}', owner).replaceAll('{item}', item)

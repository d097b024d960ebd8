import { finalStates } from '@berth/domain/vm-request.ts'
import type { Evidence } from './evidence.ts'

/** I8: after a final state nothing is left: VM, disks, quota hold, name, reserved space, guest. */
export async function nothingIsLeft({ database, vms, disks = [], guestAnswers }: Evidence): Promise<string[]> {
  const { rows: held } = await database.pool.query<{ id: string; what: string }>(
    `select r.id, 'its name' as what from vm_requests r where r.state = any($1) and r.name_held
     union all select r.id, 'a quota hold' from vm_requests r join quota_holds q on q.request_id = r.id where r.state = any($1)
     union all select r.id, 'reserved space' from vm_requests r join placement_reservations p on p.request_id = r.id where r.state = any($1)`,
    [[...finalStates]],
  )
  const { rows: ended } = await database.pool.query<EndedRow>(endedRequests, [[...finalStates]])
  const endedIds = new Set(ended.map(({ id }) => id))
  const found = [
    ...held.map(({ id, what }) => `I8: request ${id} has ended but holds ${what}`),
    ...vms
      .filter((vm) => endedIds.has(vm.instanceUuid))
      .map((vm) => `I8: request ${vm.instanceUuid} has ended but its VM exists`),
  ]
  const folders = new Set(disks.map(({ siteId, folder }) => `${siteId}/${folder}`))
  for (const { id, siteId, vmName, isNameFree, addresses, sshPort } of ended) {
    if (isNameFree && folders.has(`${siteId}/${vmName}`))
      found.push(`I8: request ${id} has ended but the disks of ${vmName} are left`)
    for (const address of addresses)
      if ((await guestAnswers?.(address, sshPort)) === true)
        found.push(`I8: request ${id} has ended but its guest answers at ${address}`)
  }
  return found
}

interface EndedRow {
  id: string
  siteId: string
  vmName: string
  isNameFree: boolean
  sshPort: number
  /** All that it ever had and that no open request has now. */
  addresses: string[]
}

const endedRequests = `
  select r.id, r.site_id as "siteId", r.vm_name as "vmName", r.ssh_port as "sshPort",
    array(select distinct a.detail -> 'change' ->> 'address' from audit_entries a
          where a.request_id = r.id and a.detail -> 'change' ->> 'address' is not null
            and not exists (select 1 from vm_requests o where o.closed_at is null
                              and o.address = a.detail -> 'change' ->> 'address')) as addresses,
    not exists (select 1 from vm_requests o where o.closed_at is null
                  and o.site_id = r.site_id and o.vm_name = r.vm_name) as "isNameFree"
  from vm_requests r where r.state = any($1)`

import { randomUUID } from 'node:crypto'
import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import type { ObservedVm } from './inventory/observe-vms.ts'
import type { StoredVm } from './stored-vm.ts'

/**
 * What is seen now, with what was known of each: its guest and its id. `refs` says which virtual machine is which within
 * one life of the simulator, and is brought up to date; in a new life they are known by place and uuid.
 */
export function rememberVms(
  before: readonly StoredVm[],
  refs: Map<string, ManagedObjectReference>,
  seen: readonly ObservedVm[],
): StoredVm[] {
  const byMoid = new Map(before.flatMap((vm) => ifPresent(refs.get(vm.id)?.value, vm)))
  const byPlace = new Map(before.filter((vm) => !refs.has(vm.id)).map((vm) => [placeOf(vm), vm]))
  refs.clear()
  return seen.map(({ ref, ...vm }) => {
    const known = byMoid.get(ref.value) ?? byPlace.get(placeOf(vm))
    const id = known?.id ?? randomUUID()
    refs.set(id, ref)
    // The same object, since its guest may be booting right now.
    return Object.assign(known ?? { id, guest: {} }, vm)
  })
}

const placeOf = ({ folders, name, instanceUuid }: Pick<StoredVm, 'folders' | 'name' | 'instanceUuid'>): string =>
  JSON.stringify([...folders, name, instanceUuid])

const ifPresent = <T>(key: string | undefined, value: T): [string, T][] => (key === undefined ? [] : [[key, value]])

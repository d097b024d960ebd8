/** vSphere's reference to an object of its inventory, a task, a view … `value` is the moid. */
export interface ManagedObjectReference {
  type: string
  value: string
}

export const moref = (type: string, value: string): ManagedObjectReference => ({ type, value })

export const vmRef = (moid: string): ManagedObjectReference => moref('VirtualMachine', moid)

export const morefKey = ({ type, value }: ManagedObjectReference): string => `${type}:${value}`

export function isMoref(value: unknown): value is ManagedObjectReference {
  return (
    typeof value === 'object' &&
    value !== null &&
    !('_typeName' in value) &&
    'type' in value &&
    'value' in value &&
    typeof value.type === 'string' &&
    typeof value.value === 'string'
  )
}

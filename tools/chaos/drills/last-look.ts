import type { WritingMethod } from '@berth/agent-worker/vcenter/writing-methods.ts'
import type { Call } from '../fault.ts'

/** By which an agent changes a VM. */
export type Write = Exclude<WritingMethod, 'CancelTask'>

/** By which an agent looks for a VM, and reads it. */
export const looks = ['FindAllByUuid', 'RetrievePropertiesEx']

/**
 * Tells the last look before the first such write of a request from all other looks at its site, as they come: whoever
 * has its answer writes next. The VM, or its absence, is searched for before each write; where it is read as well, that
 * comes after the search, and what is read tells for which write.
 */
export function lastLookBefore(write: Write, requestId: string): (call: Call) => boolean {
  const searchedBy: string[] = []
  const isSearch = ({ name, says }: Call) => name === 'FindAllByUuid' && says?.includes(requestId) === true
  const reads = ({ name, says }: Call, what: string) => name === 'RetrievePropertiesEx' && says?.includes(what) === true
  return (call) => {
    if (isSearch(call)) searchedBy.push(call.by)
    const [, cloner, starter] = searchedBy
    switch (write) {
      case 'CloneVM_Task':
        return isSearch(call) && searchedBy.length === 1
      case 'ReconfigVM_Task':
        return isSearch(call) && searchedBy.length === 2
      case 'PowerOnVM_Task':
        // Whoever made the VM has just read it.
        if (starter !== call.by) return false
        return starter === cloner ? isSearch(call) : reads(call, 'disabledMethod')
      case 'ShutdownGuest':
      case 'PowerOffVM_Task':
        return reads(call, 'guest.toolsRunningStatus')
      case 'Destroy_Task':
        return reads(call, 'recentTask')
    }
  }
}

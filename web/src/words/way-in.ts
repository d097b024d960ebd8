import type { VmRequest } from '@berth/contract/vm-request.ts'
import { isFinal } from '@berth/domain/vm-request.ts'
import { livedState } from './lived-state.ts'

/** How one gets into the VM, or why not now; undefined where nobody will. */
export function wayIn(request: VmRequest): { command: string } | { instead: string } | undefined {
  const { ssh, intent, hold, handedOverAt, findings } = request
  const state = livedState(request)
  if (isFinal(state) || state === 'retiring' || hold?.givenUp) return undefined
  if (findings.some(({ kind }) => kind === 'vanished')) return undefined
  if (intent === 'release') return { instead: 'The VM is given back.' }
  if (intent !== undefined) return { instead: 'The ssh command is back once the VM is powered on again.' }
  if (state === 'expired' || state === 'released')
    return { instead: 'The VM is powered off. The ssh command is back once it is powered on again.' }
  if (ssh !== undefined) return { command: ssh.command }
  if (handedOverAt === undefined) return { instead: 'The ssh command appears here when the VM is handed over.' }
  return { instead: 'The VM has no address now.' }
}

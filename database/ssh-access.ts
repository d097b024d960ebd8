import type { VmRequestState } from '@berth/domain/vm-request.ts'

export interface SshAccess {
  command: string
  user: string
  host: string
  port: number
}

interface Reachable {
  state: VmRequestState
  heldFrom?: VmRequestState | undefined
  address: string | null
  sshUser: string
  sshPort: number
}

/** How the owner logs in, while the VM is handed over and powered on. */
export function sshAccess({
  state,
  heldFrom,
  address,
  sshUser: user,
  sshPort: port,
}: Reachable): SshAccess | undefined {
  const usable = state === 'active' || (state === 'held' && heldFrom === 'active')
  if (!usable || address === null) return undefined
  const command = port === 22 ? `ssh ${user}@${address}` : `ssh -p ${port} ${user}@${address}`
  return { command, user, host: address, port }
}

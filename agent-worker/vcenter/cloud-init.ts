import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import type { CloneOrder } from '@berth/activities/vcenter/vcenter-port.ts'
import { parseSshPublicKey } from '@berth/domain/ssh-public-key.ts'

export interface GuestValue {
  key: string
  value: string
}

/**
 * What cloud-init's VMware data source reads: the user with the requester's keys, and the host name. The keys are
 * decoded again here, so that nothing but keys reaches a guest, whoever wrote the order.
 */
export function guestValues({ requestId, guest }: Pick<CloneOrder, 'requestId' | 'guest'>): GuestValue[] {
  return [
    ...encoded('guestinfo.metadata', JSON.stringify(metadata(requestId, guest.hostName))),
    ...encoded('guestinfo.userdata', userData(guest)),
  ]
}

/** JSON is YAML, and its quoting leaves no way to break out of a value. */
export const userData = (guest: CloneOrder['guest']): string => `#cloud-config\n${JSON.stringify(cloudConfig(guest))}\n`

const metadata = (requestId: string, hostName: string) => ({
  'instance-id': requestId,
  'local-hostname': hostName,
})

function cloudConfig({ hostName, sshUser, sshPublicKeys }: CloneOrder['guest']) {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(sshUser)) throw new VcenterFault('nameInvalid', `SSH user ${sshUser}`)
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(hostName)) throw new VcenterFault('nameInvalid', hostName)
  return {
    hostname: hostName,
    ssh_pwauth: false,
    users: [
      {
        name: sshUser,
        shell: '/bin/bash',
        sudo: 'ALL=(ALL) NOPASSWD:ALL',
        lock_passwd: true,
        ssh_authorized_keys: sshPublicKeys.map(checkedKey),
      },
    ],
  }
}

function checkedKey(text: string): string {
  const parsed = parseSshPublicKey(text)
  if (!parsed.ok) throw new VcenterFault('sshKeyInvalid', parsed.reason)
  return parsed.key.normalized
}

const encoded = (key: string, text: string): GuestValue[] => [
  { key, value: Buffer.from(text, 'utf8').toString('base64') },
  { key: `${key}.encoding`, value: 'base64' },
]

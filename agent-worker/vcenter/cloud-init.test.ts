import { describe, expect, test } from '@jest/globals'
import { anSshPublicKey } from '@berth/activities/vcenter/testing/a-clone-order.ts'
import { guestValues, userData } from './cloud-init.ts'

const guest = (changes = {}) => ({
  hostName: 'web-1',
  sshUser: 'ubuntu',
  sshPublicKeys: [anSshPublicKey()],
  ...changes,
})
const configOf = (text: string) => JSON.parse(text.replace('#cloud-config\n', ''))

describe('cloud-init', () => {
  test('is told the user, the keys and the host name', () => {
    const key = anSshPublicKey('ada@example.com')
    const text = userData(guest({ sshPublicKeys: [key] }))
    expect(text).toMatch(/^#cloud-config\n\{/)
    expect(configOf(text)).toMatchObject({
      hostname: 'web-1',
      ssh_pwauth: false,
      users: [{ name: 'ubuntu', lock_passwd: true, ssh_authorized_keys: [key] }],
    })
  })

  test('gets everything in base64, and the request as the instance’s id', () => {
    const values = new Map(guestValues({ requestId: 'r-1', guest: guest() }).map(({ key, value }) => [key, value]))
    expect([...values.keys()]).toEqual([
      'guestinfo.metadata',
      'guestinfo.metadata.encoding',
      'guestinfo.userdata',
      'guestinfo.userdata.encoding',
    ])
    expect(values.get('guestinfo.metadata.encoding')).toBe('base64')
    const metadata = Buffer.from(values.get('guestinfo.metadata') ?? '', 'base64').toString()
    expect(JSON.parse(metadata)).toEqual({ 'instance-id': 'r-1', 'local-hostname': 'web-1' })
  })

  test('a key with anything beside it is refused', () => {
    const smuggled = `${anSshPublicKey()}\nruncmd: [reboot]`
    expect(() => userData(guest({ sshPublicKeys: [smuggled] }))).toThrow(
      expect.objectContaining({ code: 'sshKeyInvalid' }),
    )
  })

  test('a private key is refused', () => {
    const text = '-----BEGIN OPENSSH PRIVATE KEY-----'
    expect(() => userData(guest({ sshPublicKeys: [text] }))).toThrow(expect.objectContaining({ code: 'sshKeyInvalid' }))
  })

  test.each(['root; reboot', '', '-rf', 'a b'])('the user %j is refused', (sshUser) => {
    expect(() => userData(guest({ sshUser }))).toThrow(expect.objectContaining({ code: 'nameInvalid' }))
  })
})

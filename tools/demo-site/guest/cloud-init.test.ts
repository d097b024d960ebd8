import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { guestSettings } from './cloud-init.ts'

const userdata = `#cloud-config\n${JSON.stringify({ users: [{ name: 'ada', ssh_authorized_keys: ['ssh-ed25519 A'] }] })}`
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('a guest', () => {
  test('has the host name of the metadata and exactly the users and keys of the user data', () => {
    const settings = guestSettings(
      'vm-1',
      {
        'guestinfo.metadata': base64('local-hostname: web-1\ninstance-id: x'),
        'guestinfo.metadata.encoding': 'base64',
        'guestinfo.userdata': base64(userdata),
        'guestinfo.userdata.encoding': 'base64',
      },
      'ubuntu',
    )
    expect(settings).toEqual({ hostName: 'web-1', users: [{ name: 'ada', authorizedKeys: ['ssh-ed25519 A'] }] })
  })

  test('reads compressed user data', () => {
    const extraConfig = {
      'guestinfo.userdata': gzipSync(userdata).toString('base64'),
      'guestinfo.userdata.encoding': 'gzip+base64',
    }
    expect(guestSettings('vm-1', extraConfig, 'ubuntu').users.map((user) => user.name)).toEqual(['ada'])
  })

  test('gives keys outside of the list of users to the default user of the distribution', () => {
    const extraConfig = { 'guestinfo.userdata': '#cloud-config\nssh_authorized_keys: [ssh-ed25519 A]' }
    expect(guestSettings('vm-1', extraConfig, 'debian').users).toEqual([
      { name: 'debian', authorizedKeys: ['ssh-ed25519 A'] },
    ])
  })

  test('lets nobody in without user data, or with some that is not cloud-config', () => {
    expect(guestSettings('vm-1', {}, 'ubuntu')).toEqual({ hostName: 'vm-1', users: [] })
    expect(guestSettings('vm-1', { 'guestinfo.userdata': '{[' }, 'ubuntu').users).toEqual([])
  })
})

import { describe, expect, test } from '@jest/globals'
import { guestAddress } from './guest-address.ts'
import { usableBy } from './usable-address.ts'

const any = usableBy({ allow: [], ignore: [] })

describe('a usable address', () => {
  test.each(['169.254.1.1', '0.0.0.0', '224.0.0.5', '255.255.255.255', '::', 'fe80::1', 'ff02::1', 'nonsense', ''])(
    'is never %j',
    (address) => {
      expect(usableBy({ allow: ['0.0.0.0/0', '::/0'], ignore: [] })(address)).toBe(false)
    },
  )

  test.each(['127.0.0.1', '::1'])('is %s only if that is allowed', (address) => {
    expect(any(address)).toBe(false)
    expect(usableBy({ allow: ['127.0.0.0/8', '::1/128'], ignore: [] })(address)).toBe(true)
  })

  test('is any other one if nothing is asked for', () => {
    expect(any('10.0.0.1')).toBe(true)
    expect(any('2001:db8::1')).toBe(true)
  })

  test('is in an allowed block and in no ignored one', () => {
    const usable = usableBy({ allow: ['10.0.0.0/8'], ignore: ['10.1.0.0/16'] })
    expect(usable('10.2.0.1')).toBe(true)
    expect(usable('10.1.0.1')).toBe(false)
    expect(usable('192.168.0.1')).toBe(false)
  })
})

describe('the address of a guest', () => {
  const nic = (deviceConfigId: string, ...ipAddress: string[]) => ({ deviceConfigId, ipAddress })

  test('is the one on the item’s card, not a container bridge that the guest names first', () => {
    const properties = {
      'guest.ipAddress': '172.17.0.1',
      'guest.net': [nic('-1', '172.17.0.1'), nic('4000', 'fe80::5', '10.0.0.5')],
    }
    expect(guestAddress(properties, '4000', any)).toBe('10.0.0.5')
  })

  test('is the primary one if the guest lists no cards', () => {
    expect(guestAddress({ 'guest.ipAddress': '10.0.0.9', 'guest.net': [] }, '4000', any)).toBe('10.0.0.9')
    expect(guestAddress({ 'guest.ipAddress': '10.0.0.9' }, '4000', any)).toBe('10.0.0.9')
  })

  test('is read from the card’s configuration too', () => {
    const configured = { deviceConfigId: '4000', ipConfig: { ipAddress: [{ ipAddress: '10.0.0.7' }] } }
    expect(guestAddress({ 'guest.net': [configured] }, '4000', any)).toBe('10.0.0.7')
  })

  test('is an IPv4 one if there is a choice', () => {
    expect(guestAddress({ 'guest.net': [nic('4000', '2001:db8::1', '10.0.0.5')] }, '4000', any)).toBe('10.0.0.5')
    expect(guestAddress({ 'guest.net': [nic('4000', '2001:db8::1')] }, '4000', any)).toBe('2001:db8::1')
  })

  test('is unknown while there is no usable one', () => {
    expect(guestAddress({ 'guest.ipAddress': '169.254.3.4' }, '4000', any)).toBeUndefined()
    expect(guestAddress({}, '4000', any)).toBeUndefined()
  })
})

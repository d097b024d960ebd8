import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { chooseDatastore, type DatastoreSpace } from './placement.ts'

const datastore = (name: string, freeGiB: number): DatastoreSpace => ({
  name,
  moid: `datastore-${name}`,
  capacityGiB: 1_000,
  freeGiB,
})
const none = new Map<string, number>()

describe('choosing a datastore', () => {
  test('the one with the most free space wins', () => {
    expect(chooseDatastore([datastore('a', 50), datastore('b', 80)], 40, none)?.name).toBe('b')
  })

  test('reservations of clones under way count as used', () => {
    expect(chooseDatastore([datastore('a', 50), datastore('b', 80)], 40, new Map([['datastore-b', 40]]))?.name).toBe(
      'a',
    )
  })

  test('space that fits exactly is enough', () => {
    expect(chooseDatastore([datastore('a', 40)], 40, none)?.name).toBe('a')
  })

  test('none fits: none is chosen', () => {
    expect(chooseDatastore([datastore('a', 39)], 40, none)).toBeUndefined()
    expect(chooseDatastore([], 0, none)).toBeUndefined()
  })

  test('equal space is decided by name, in whatever order they come', () => {
    expect(chooseDatastore([datastore('b', 50), datastore('a', 50)], 40, none)?.name).toBe('a')
  })

  test('the chosen one fits, no other has more left, and the input is not reordered', () => {
    const spaces = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1, maxLength: 5 }), fc.nat(500), fc.nat(500)), {
      selector: ([name]) => name,
      maxLength: 6,
    })
    fc.assert(
      fc.property(spaces, fc.nat(300), (given, needed) => {
        const datastores = given.map(([name, free]) => datastore(name, free))
        const reserved = new Map(given.map(([name, , taken]) => [`datastore-${name}`, taken]))
        const left = ({ moid, freeGiB }: DatastoreSpace) => freeGiB - (reserved.get(moid) ?? 0)
        const order = datastores.map(({ name }) => name)
        const chosen = chooseDatastore(datastores, needed, reserved)
        expect(datastores.map(({ name }) => name)).toEqual(order)
        const most = Math.max(-Infinity, ...datastores.map(left))
        if (chosen === undefined) expect(most).toBeLessThan(needed)
        else expect(left(chosen)).toBe(most)
      }),
    )
  })
})

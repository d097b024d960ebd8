import { expect, test } from '@jest/globals'
import { createCloneTurns } from './clone-turns.ts'

const never = new AbortController().signal

/** Work that ends when told. */
function works(turns: ReturnType<typeof createCloneTurns>) {
  const begun: string[] = []
  const waits = new Map<string, (number | undefined)[]>()
  const ends = new Map<string, () => void>()
  const take = (name: string, datastore = 'datastore-1', signal = never) => {
    const told: (number | undefined)[] = []
    waits.set(name, told)
    const work = () => {
      begun.push(name)
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)))
    }
    return turns.take(datastore, work, (before) => told.push(before), signal)
  }
  return { take, begun, waits, end: (name: string) => ends.get(name)?.() }
}

test('a datastore bears so many at a time; the others know their place and come in the order of asking', async () => {
  const { take, begun, waits, end } = works(createCloneTurns({ slots: 8, perDatastore: 2 }))
  const taken = ['a', 'b', 'c', 'd'].map((name) => take(name))
  expect(begun).toEqual(['a', 'b'])
  expect([...waits.values()]).toEqual([[], [], [0], [1]])
  end('b')
  await taken[1]
  expect(begun).toEqual(['a', 'b', 'c'])
  expect([...waits.values()]).toEqual([[], [], [0, undefined], [1, 0]])
  for (const name of ['a', 'c']) end(name)
  await Promise.all([taken[0], taken[2]])
  end('d')
  expect(await taken[3]).toBe('d')
})

test('datastores do not wait for each other', () => {
  const { take, begun } = works(createCloneTurns({ slots: 8, perDatastore: 1 }))
  void take('a')
  void take('b', 'datastore-2')
  expect(begun).toEqual(['a', 'b'])
})

test('who is told to leave while waiting leaves at once; who has begun goes on to its end', async () => {
  const { take, begun, waits, end } = works(createCloneTurns({ slots: 8, perDatastore: 1 }))
  const abort = new AbortController()
  const first = take('first', 'datastore-1', abort.signal)
  const leaving = take('leaving', 'datastore-1', abort.signal)
  const last = take('last')
  abort.abort(new Error('cancelled'))
  await expect(leaving).rejects.toThrow('cancelled')
  expect(waits.get('last')).toEqual([1, 0])
  expect(begun).toEqual(['first'])
  end('first')
  expect(await first).toBe('first')
  expect(begun).toEqual(['first', 'last'])
  end('last')
  await last
})

test('the share of one agent grows and shrinks; what has begun goes on, and what was taken is done all the same', async () => {
  const turns = createCloneTurns({ slots: 2, perDatastore: 2 })
  const { take, begun, end } = works(turns)
  const taken = ['a', 'b', 'c', 'd'].map((name) => take(name, `datastore-of-${name}`))
  expect(begun).toEqual(['a', 'b'])
  turns.share({ slots: 0, perDatastore: 0 })
  end('a')
  await taken[0]
  expect(begun).toEqual(['a', 'b'])
  end('b')
  await taken[1]
  expect(begun).toEqual(['a', 'b', 'c'])
  turns.share({ slots: 2, perDatastore: 2 })
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  for (const name of ['c', 'd']) end(name)
  await Promise.all(taken)
})

test('work that fails makes room', async () => {
  const turns = createCloneTurns({ slots: 8, perDatastore: 1 })
  const failing = turns.take(
    'datastore-1',
    () => Promise.reject(new Error('full')),
    () => undefined,
    never,
  )
  const next = turns.take(
    'datastore-1',
    async () => 'next',
    () => undefined,
    never,
  )
  await expect(failing).rejects.toThrow('full')
  expect(await next).toBe('next')
})

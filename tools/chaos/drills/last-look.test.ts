import { expect, test } from '@jest/globals'
import type { Call } from '../fault.ts'
import { lastLookBefore, type Write } from './last-look.ts'

const looked = (by: string, name: string, says: string): Call => ({ through: 'vcenter', by, name, says })
const search = (by: string, id = 'r-1') => looked(by, 'FindAllByUuid', `<uuid>${id}</uuid>`)
const read = (by: string, what: string) => looked(by, 'RetrievePropertiesEx', `<pathSet>${what}</pathSet>`)

/** The looks of a life, in their order, with those of somebody else in between. */
const life = (starter: string): Call[] => [
  search('one', 'r-2'),
  search('one'),
  read('one', 'disabledMethod'),
  search('one'),
  search(starter),
  ...(starter === 'one' ? [] : [read(starter, 'disabledMethod')]),
  search('one'),
  read('one', 'guest.toolsRunningStatus'),
  search('other'),
  read('other', 'runtime.powerState'),
  read('other', 'recentTask'),
]

const lastLooks = (write: Write, calls: readonly Call[]): number[] => {
  const isIt = lastLookBefore(write, 'r-1')
  return calls.flatMap((call, n) => (isIt(call) ? [n] : []))
}

test.each<[Write, number]>([
  ['CloneVM_Task', 1],
  ['ReconfigVM_Task', 3],
  ['PowerOnVM_Task', 4],
  ['ShutdownGuest', 6],
  ['PowerOffVM_Task', 6],
  ['Destroy_Task', 9],
])('%s comes after that look', (write, nth) => {
  expect(lastLooks(write, life('one'))[0]).toBe(nth)
})

test('whoever powers on a VM that another agent has made reads it first', () => {
  expect(lastLooks('PowerOnVM_Task', life('other'))[0]).toBe(5)
})

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import { decisions } from '@berth/domain/approval.ts'
import { noticeEvents } from '@berth/domain/notice.ts'
import { finalStates, operatorActions } from '@berth/domain/vm-request.ts'
import { eventWords } from './event-words.ts'

test('an event reads as the rest of a sentence', () => {
  expect(`Berth ${eventWords('powerOffStarted')}`).toBe('Berth began to power the VM off')
})

test('an event nobody has words for reads as its name', () => {
  expect(eventWords('somethingNewHappened')).toBe('something new happened')
})

/** Events stand as texts where they are recorded; what is made of other names is listed here. */
function recordedEvents(): Set<string> {
  const workflows = path.join(import.meta.dirname, '../../../workflows')
  const database = path.join(import.meta.dirname, '../../../database')
  const files = [
    ...readdirSync(workflows)
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => path.join(workflows, name)),
    ...['create-vm-request', 'fence', 'try-again', 'open-approvals', 'change-address', 'tell-vanished'].map((name) =>
      path.join(database, `${name}.ts`),
    ),
  ]
  const text = files.map((file) => readFileSync(file, 'utf8')).join('\n')
  const recorded = [...text.matchAll(/\bevent:(?: \w+(?: === '\w+')? \?)? '(\w+)'(?: : '(\w+)')?/g)].flatMap(
    ([, one, other]) => [one ?? '', ...(other === undefined ? [] : [other])],
  )
  const steps = [...text.matchAll(/performStep\(\s*life,\s*'(\w+)'/g)].map(([, step]) => `${step}Started`)
  const operators = operatorActions.map((action) => `operator${action.charAt(0).toUpperCase()}${action.slice(1)}`)
  const notices: readonly string[] = noticeEvents
  return new Set(
    [...recorded, ...steps, ...operators, ...decisions, ...finalStates].filter((event) => !notices.includes(event)),
  )
}

test('every event that is recorded about a request has words', () => {
  const events = recordedEvents()
  expect([...events]).toEqual(expect.arrayContaining(['requested', 'wakingUp', 'resumed', 'reopened', 'cloneStarted']))
  const asItsName = (event: string) => event.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  expect([...events].filter((event) => eventWords(event) === asItsName(event))).toEqual([])
})

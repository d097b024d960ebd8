import { expect, test } from '@jest/globals'
import { jestResults, type JestReport } from './jest-results.ts'

type File = JestReport['testResults'][number]
type Assertion = File['assertionResults'][number]

const one = (fullName: string, status: Assertion['status'], ...failureMessages: string[]): Assertion => ({
  ...{ fullName, status, failureMessages },
})
const file = (name: string, ...assertionResults: Assertion[]): File => ({
  ...{ name: `/clone/${name}`, assertionResults, message: '' },
  status: assertionResults.some(({ status }) => status === 'failed') ? 'failed' : 'passed',
})
const report = (...testResults: File[]): JestReport => ({
  testResults,
  numPassedTests: testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'passed').length,
  success: testResults.every(({ status }) => status === 'passed'),
})
const good = file('domain/lease.test.ts', one('a lease ends', 'passed'), one('a lease is extended', 'passed'))

test('when all passed, nothing failed', () => {
  expect(jestResults(report(good), '/clone')).toEqual({ passed: 2, failures: [] })
})

test('a test that failed is named with its file and the beginning of what was wrong', () => {
  const wrong = `\u001B[31mexpected 3\u001B[39m\n\n${'  at somewhere\n'.repeat(40)}`
  const { passed, failures } = jestResults(
    report(good, file('api/a.test.ts', one('it adds', 'failed', wrong))),
    '/clone',
  )
  expect(passed).toBe(2)
  expect(failures).toHaveLength(1)
  expect(failures[0]?.split('\n').slice(0, 2)).toEqual(['api/a.test.ts: it adds', '  expected 3'])
  expect(failures[0]?.split('\n').length).toBeLessThan(20)
})

test('a file that does not load is a failure', () => {
  const broken: File = { ...file('api/b.test.ts'), status: 'failed', message: 'Cannot find module' }
  expect(jestResults(report(good, broken), '/clone').failures).toEqual(['api/b.test.ts\n  Cannot find module'])
})

test.each(['pending', 'skipped', 'todo', 'disabled'] as const)(
  'a test that is switched off (%s) is a failure',
  (how) => {
    expect(jestResults(report(good, file('api/c.test.ts', one('it waits', how))), '/clone').failures).toEqual([
      `api/c.test.ts: it waits\n  It is switched off (${how}).`,
    ])
  },
)

test('a jest that is not content for another reason is a failure', () => {
  expect(jestResults({ ...report(good), success: false }, '/clone').failures).toHaveLength(1)
})

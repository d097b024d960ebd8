import { expect, test } from '@jest/globals'
import { resultsOf, sum } from './results.ts'

const allPassed = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
  success: true,
}

test.each([
  ['all passed', allPassed, { passed: 3, failed: 0 }],
  ['one failed', { ...allPassed, numFailedTests: 1, success: false }, { passed: 3, failed: 1 }],
  ['a file did not load', { ...allPassed, numRuntimeErrorTestSuites: 1, success: false }, { passed: 3, failed: 1 }],
  ['a test is switched off', { ...allPassed, numPendingTests: 2 }, { passed: 3, failed: 2 }],
  ['jest is not content for another reason', { ...allPassed, success: false }, { passed: 3, failed: 1 }],
])('when %s, the counts say so', (_, report, results) => {
  expect(resultsOf(report)).toEqual(results)
})

test('parts are summed', () => {
  expect(
    sum([
      { passed: 1, failed: 0 },
      { passed: 2, failed: 3 },
    ]),
  ).toEqual({ passed: 3, failed: 3 })
})

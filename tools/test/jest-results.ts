import path from 'node:path'
import { beginningOf, type Results } from '../results.ts'

/** What jest writes with --json, as far as it is needed here. */
export interface JestReport {
  numPassedTests: number
  success: boolean
  testResults: {
    /** The file's absolute path. */
    name: string
    /** Why the file did not even load; else what its tests say. */
    message: string
    status: 'passed' | 'failed' | 'focused' | 'skipped'
    assertionResults: {
      fullName: string
      status: 'passed' | 'failed' | 'pending' | 'skipped' | 'todo' | 'disabled' | 'focused'
      failureMessages: string[] | null
    }[]
  }[]
}

/** A file that does not even load is a failure, and so is a test that somebody switched off. */
export function jestResults(report: JestReport, repository: string): Results {
  const failures = report.testResults.flatMap(({ name, message, status, assertionResults }) => {
    const file = path.relative(repository, name)
    const failed = assertionResults.filter((one) => one.status !== 'passed')
    if (failed.length === 0) return status === 'failed' ? [`${file}\n${beginningOf(message)}`] : []
    return failed.map((one) =>
      one.status === 'failed'
        ? `${file}: ${one.fullName}\n${beginningOf(one.failureMessages?.join('\n') ?? '')}`
        : `${file}: ${one.fullName}\n  It is switched off (${one.status}).`,
    )
  })
  if (failures.length === 0 && !report.success) failures.push('jest says that it did not succeed, and not why')
  return { passed: report.numPassedTests, failures }
}

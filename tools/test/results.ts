export interface Results {
  passed: number
  failed: number
}

export const sum = (parts: Results[]): Results => ({
  passed: parts.reduce((total, part) => total + part.passed, 0),
  failed: parts.reduce((total, part) => total + part.failed, 0),
})

/** What jest writes with --json, as far as it is needed here. */
export interface JestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  numRuntimeErrorTestSuites: number
  success: boolean
}

/** A file that does not even load is a failure, and so is a test that somebody switched off. */
export function resultsOf(report: JestReport): Results {
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites + report.numPendingTests + report.numTodoTests
  return { passed: report.numPassedTests, failed: failed === 0 && !report.success ? 1 : failed }
}

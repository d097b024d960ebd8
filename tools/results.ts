import { stripVTControlCharacters } from 'node:util'

/** What came of a part of the tests. */
export interface Results {
  passed: number
  /** One for each thing that failed: its name, and why it did. */
  failures: string[]
}

export const together = (parts: readonly Results[]): Results => ({
  passed: parts.reduce((total, part) => total + part.passed, 0),
  failures: parts.flatMap(({ failures }) => failures),
})

const mostLines = 12

/** Of what a tool said, indented. */
export function beginningOf(message: string): string {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => line.trim() !== '')
  return lines
    .slice(0, mostLines)
    .map((line) => `  ${line}`)
    .join('\n')
}

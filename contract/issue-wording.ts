import type { z } from 'zod'

/** What is wrong, as a person would say it after the name of the field. Pass it as `error` to safeParse. */
export const issueWording: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined && issue.code !== 'custom') return 'is missing'
  if (issue.code === 'invalid_type') return `must be ${kinds[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_value') return `must be ${issue.values.map(String).join(' or ')}`
  if (issue.code === 'too_small') return bound(issue.origin, 'least', issue.minimum, issue.inclusive)
  if (issue.code === 'too_big') return bound(issue.origin, 'most', issue.maximum, issue.inclusive)
  if (issue.code === 'invalid_format' && issue.format in formats) return `must be ${formats[issue.format] ?? ''}`
  return undefined
}

const kinds: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const formats: Record<string, string> = {
  uuid: 'a UUID',
  datetime: 'an instant in UTC such as 2026-11-22T09:30:00.000Z',
}

const counted: Record<string, string> = { string: ' characters', array: ' entries' }

function bound(
  origin: string,
  which: 'least' | 'most',
  limit: number | bigint,
  inclusive: boolean | undefined,
): string {
  const unit = counted[origin]
  if (unit !== undefined)
    return limit === 1 && which === 'least' ? 'must not be empty' : `must have at ${which} ${limit}${unit}`
  if (inclusive === false) return `must be ${which === 'least' ? 'more' : 'less'} than ${limit}`
  return `must be at ${which} ${limit}`
}

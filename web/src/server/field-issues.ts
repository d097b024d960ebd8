import type { Issue } from '@berth/contract/problem.ts'
import { ServerProblem } from './problem.ts'

/** What the server found wrong, by the form's field; `rest` belongs to no field that the form has. */
export interface FieldIssues<Field extends string> {
  at: Partial<Record<Field, string>>
  rest: string[]
}

/** `body.sshPublicKeys.0` is said at the field `sshPublicKeys`; a taken name and a full quota have their fields too. */
export function fieldIssues<Field extends string>(error: unknown, fields: readonly Field[]): FieldIssues<Field> {
  const found: FieldIssues<Field> = { at: {}, rest: [] }
  for (const issue of issuesOf(error)) {
    const field = fields.find((name) => issue.path === `body.${name}` || issue.path.startsWith(`body.${name}.`))
    if (field === undefined) found.rest.push(issue.message)
    else found.at[field] = [found.at[field], sentence(issue.message)].filter(Boolean).join(' ')
  }
  return found
}

function issuesOf(error: unknown): Issue[] {
  if (!(error instanceof ServerProblem) || error.problem === undefined) return []
  const { problem } = error
  if (problem.code === 'malformed') return problem.issues
  if (problem.code === 'nameTaken') return [{ path: 'body.name', message: problem.detail ?? problem.title }]
  return []
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/\.?$/, '.')

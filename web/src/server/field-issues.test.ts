import { expect, test } from '@jest/globals'
import type { Problem } from '@berth/contract/problem.ts'
import { fieldIssues } from './field-issues.ts'
import { ServerProblem } from './problem.ts'

const fields = ['purpose', 'sshPublicKeys', 'name'] as const

const malformed = (issues: { path: string; message: string }[]): ServerProblem =>
  new ServerProblem({
    type: 'urn:berth:problem:malformed',
    title: 'The request is not valid',
    status: 400,
    code: 'malformed',
    issues,
  } satisfies Problem)

test('an issue inside a list is said at the field of the list', () => {
  const issues = fieldIssues(malformed([{ path: 'body.sshPublicKeys.0', message: 'the key is damaged' }]), fields)
  expect(issues).toEqual({ at: { sshPublicKeys: 'The key is damaged.' }, rest: [] })
})

test('several issues of one field are said together', () => {
  const issues = fieldIssues(
    malformed([
      { path: 'body.purpose', message: 'is empty' },
      { path: 'body.purpose', message: 'is odd.' },
    ]),
    fields,
  )
  expect(issues.at.purpose).toBe('Is empty. Is odd.')
})

test('an issue that belongs to no field of the form is not lost', () => {
  const issues = fieldIssues(malformed([{ path: 'header.Idempotency-Key', message: 'is missing' }]), fields)
  expect(issues).toEqual({ at: {}, rest: ['is missing'] })
})

test('a taken name is said at the name', () => {
  const error = new ServerProblem({
    type: 'urn:berth:problem:nameTaken',
    title: 'The VM name is taken',
    status: 409,
    code: 'nameTaken',
  })
  expect(fieldIssues(error, fields).at.name).toBe('The VM name is taken.')
})

test('an error that is no problem document has no issues', () => {
  expect(fieldIssues(new Error('boom'), fields)).toEqual({ at: {}, rest: [] })
})

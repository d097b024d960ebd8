import { expect, test } from '@jest/globals'
import { problemOfRefusal } from './problems.ts'

const request = { state: 'active' as const, extensions: 0, policy: { freeExtensions: 2 } }

test('a workflow’s reason is what the person reads', () => {
  const message = 'the lease already lasts as long as the policy allows (in total)'
  const problem = problemOfRefusal('actionNotAllowed', message, 'extendLease', request)
  expect(problem.message).toBe('The lease already lasts as long as the policy allows (in total).')
  expect(problem.members).toEqual({ state: 'active', allowedIn: ['active', 'expired'] })
})

test('a refusal for the state names the states that would allow the act', () => {
  const message = 'restoreVm is not allowed while the request is active; it is in released'
  expect(problemOfRefusal('actionNotAllowed', message, 'restoreVm', request).message).toBe(
    'The request is active; restoreVm is allowed in released.',
  )
  const ended = problemOfRefusal('actionNotAllowed', 'the request is retired', 'extendLease', {
    ...request,
    state: 'retired',
  })
  expect(ended.message).toBe('The request is retired; extendLease is allowed in active, expired.')
})

test('a state that allows the act is never given as the reason against it', () => {
  const message = 'extendLease is not allowed while the request is active; it is in active, expired'
  expect(problemOfRefusal('actionNotAllowed', message, 'extendLease', request).message).toBe(
    'The request is active, and what is under way does not allow extendLease; try again in a moment.',
  )
})

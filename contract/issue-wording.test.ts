import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { createVmRequest } from './create-vm-request.ts'
import { issueWording } from './issue-wording.ts'
import { vmRequestsQuery } from './vm-request-list.ts'

const said = (schema: z.ZodType, value: unknown) =>
  Object.fromEntries(
    (schema.safeParse(value, { error: issueWording }).error?.issues ?? []).map(({ path, message }) => [
      path.join('.'),
      message,
    ]),
  )

test('issues of a body read as sentences after the field’s name', () => {
  expect(
    said(createVmRequest, {
      sizeId: 7,
      leaseSeconds: 0,
      purpose: '',
      sshPublicKeys: [],
      name: 'No Dots.',
      teamId: 'x'.repeat(101),
    }),
  ).toEqual({
    catalogItemId: 'is missing',
    sizeId: 'must be a text',
    leaseSeconds: 'must be more than 0',
    purpose: 'must not be empty',
    sshPublicKeys: 'must not be empty',
    name: expect.stringContaining('must be a DNS label'),
    teamId: 'must have at most 100 characters',
  })
})

test('issues of a query do so too', () => {
  expect(said(vmRequestsQuery, { limit: '500' })).toEqual({ limit: 'must be at most 200' })
  expect(said(vmRequestsQuery, { state: 'asleep' })['state.0']).toContain('must be validating or awaitingApproval')
})

test.each([
  { schema: z.uuid(), value: 'seven', says: 'must be a UUID' },
  { schema: z.iso.datetime(), value: 'today', says: 'must be an instant in UTC such as 2026-11-22T09:30:00.000Z' },
  { schema: z.number().int(), value: 1.5, says: 'must be a whole number' },
  { schema: z.array(z.string()), value: 'x', says: 'must be a list' },
  { schema: z.strictObject({}), value: null, says: 'must be an object' },
  { schema: z.string().min(2), value: 'x', says: 'must have at least 2 characters' },
  { schema: z.number().lt(5), value: 5, says: 'must be less than 5' },
])('$says', ({ schema, value, says }) => {
  expect(said(schema, value)).toEqual({ '': says })
})

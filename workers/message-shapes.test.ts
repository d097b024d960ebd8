import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client'
import type { VmRequestAction } from '@berth/domain/vm-request.ts'
import { openWorld, type Life, type World } from './testing/world.ts'

let world: World
let id: string
let life: Life
let sent = 0

beforeAll(async () => {
  world = await openWorld()
  const asked = await world.ask()
  ;({ id, life } = asked)
  await world.until(id, 'active')
})
afterAll(() => world?.close())

/** As from the Temporal UI: whatever was typed. Answers with the code of the refusal, if it was refused. */
async function sendTyped(update: VmRequestAction, body: object): Promise<string | undefined> {
  const message = { id: `odd-${++sent}`, by: 'operator', ...body }
  try {
    await life.executeUpdate(update, { args: [message], updateId: `update-${sent}` })
    return undefined
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)
      return error.cause.type ?? ''
    throw error
  }
}

/** What PostgreSQL would refuse for ever, and what no person types. */
const unstorable = { NUL: 'a\0b', 'half a character': 'a\ud800b', 'too much': 'x'.repeat(1_001), 'a number': 7 }

const decision = { step: 'clone', attempt: 1, action: 'retry' }
const texts: [update: VmRequestAction, field: string, fields: (text: unknown) => object][] = [
  ['releaseVm', 'reason', (reason) => ({ reason })],
  ['restoreVm', 'reason', (reason) => ({ reason })],
  ['cancelRequest', 'reason', (reason) => ({ reason })],
  ['cancelRequest', 'id', (text) => ({ id: text })],
  ['cancelRequest', 'by', (by) => ({ by })],
  ['extendLease', 'reason', (reason) => ({ leaseSeconds: 60, reason })],
  ['decideApproval', 'reason', (reason) => ({ decision: 'declined', reason })],
  ['decideApproval', 'approvalId', (approvalId) => ({ decision: 'approved', approvalId })],
  ['operatorDecision', 'step', (step) => ({ ...decision, step })],
  ['operatorDecision', 'reason', (reason) => ({ ...decision, reason })],
  ['operatorDecision', 'overrides.vmName', (vmName) => ({ ...decision, overrides: { vmName } })],
  ['operatorDecision', 'overrides.datastore', (datastore) => ({ ...decision, overrides: { datastore } })],
]

describe('a message that the record could not keep is refused before the workflow takes it', () => {
  test.each(
    texts.flatMap(([update, field, fields]) =>
      Object.entries(unstorable).map(([odd, text]) => ({ update, field, odd, body: fields(text) })),
    ),
  )('$update with $odd as $field', async ({ update, body }) => {
    expect(await sendTyped(update, body)).toBe('badMessage')
  })

  test.each([0, -1, 1.5, 1_000_000_001, 2 ** 31, Number.MAX_SAFE_INTEGER, 1e300, '60', null])(
    'extendLease by %p seconds',
    async (leaseSeconds) => {
      expect(await sendTyped('extendLease', { leaseSeconds })).toBe('badMessage')
    },
  )

  test('and the life goes on: what is well formed is applied', async () => {
    expect(await sendTyped('extendLease', { leaseSeconds: 1_000_000_000, reason: '🦀'.repeat(500) })).toBeUndefined()
    expect(await sendTyped('releaseVm', { reason: '' })).toBeUndefined()
    await world.until(id, 'released')
    expect(await world.violations()).toEqual([])
  })
})

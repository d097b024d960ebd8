import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import type { Waiting } from '@berth/contract/waiting.ts'
import { requests } from '../../../dev/canned.ts'
import { mockedPortal, ok, type MockedPortal } from '../../../dev/mocked-portal.ts'

let portal: MockedPortal

beforeAll(async () => {
  portal = await mockedPortal()
})
afterAll(() => portal?.close())

const byState = (state: VmRequest['state']): VmRequest => {
  const found = requests.find((request) => request.state === state)
  if (found === undefined) throw new Error(`no request is ${state}`)
  return found
}

async function showing(request: VmRequest, waiting: Partial<Waiting>) {
  const full = { since: request.requestedAt, until: 'It ends', asPlanned: false, ...waiting }
  portal.answers(({ path }) => {
    if (path === `/vm-requests/${request.id}`) return ok(request)
    return path.endsWith('/waiting') ? ok({ waiting: full }) : undefined
  })
  await portal.open(`/vms/${request.id}`)
  await portal.page.getByText(full.until).waitFor()
  return portal.page.getByRole('main').innerText()
}

test('who could approve is said once, with how often they were reminded and what ends it', async () => {
  const words = await showing(byState('awaitingApproval'), {
    sentence: 'Waiting for Kim Larsen or Sam Weber, reminded once',
    until: 'One of them decides; otherwise the request lapses',
  })
  expect(words.match(/Waiting for Kim Larsen/g)).toHaveLength(1)
  expect(words).toMatch(/reminded once, since/)
})

test('why a step stalls is said once', async () => {
  const stalled = {
    ...byState('provisioning'),
    waitingFor: { sentence: 'no agent answers', since: '2026-11-22T09:40:00.000Z' },
  }
  const words = await showing(stalled, {
    sentence: 'The agent of site frankfurt is silent',
    until: 'It is heard of again',
  })
  expect(words).toContain('The agent of site frankfurt is silent, since')
  expect(words).not.toContain('no agent answers')
})

test('a lease is said also where something else waits', async () => {
  const words = await showing(byState('active'), { sentence: 'The workflow engine does not answer' })
  expect(words).toMatch(/Yours until/)
  expect(words).toContain('The workflow engine does not answer, since')
})

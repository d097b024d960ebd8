import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { ApprovalItem } from '@berth/contract/approval-list.ts'
import { aVmRequest } from '../../../dev/a-vm-request.ts'
import { approvals } from '../../../dev/canned.ts'
import { listOf, mockedPortal, ok, type MockedPortal } from '../../../dev/mocked-portal.ts'

let portal: MockedPortal

beforeAll(async () => {
  portal = await mockedPortal()
})
afterAll(() => portal?.close())

const waits = (number: number): ApprovalItem => {
  const id = `00000000-0000-4000-8000-00000000000${number}`
  const [item] = approvals([aVmRequest({ id, vmName: `vm-${number}`, state: 'awaitingApproval' })])
  if (item === undefined) throw new Error('nothing waits')
  return { ...item, approval: { ...item.approval, id: `approval-${number}` } }
}
const [first, second] = [waits(1), waits(2)]

const waiting = (...items: ApprovalItem[]) =>
  portal.answers(({ method, path }) => {
    if (path === '/approvals') return listOf(items)
    const asked = [first, second].find(({ request }) => path === `/vm-requests/${request.id}`)?.request
    return method === 'GET' && asked !== undefined ? ok(decided(asked)) : undefined
  })

const decided = (request: ApprovalItem['request']) => ({
  ...request,
  version: request.version + 1,
  state: 'provisioning' as const,
  approvals: [{ ...first.approval, decision: 'approved' as const, byName: 'Sam Weber' }],
})

test('a request that somebody else decides stays where it is read, and its buttons go', async () => {
  const { page } = portal
  waiting(first, second)
  await portal.open('/approvals')
  const pane = page.getByRole('heading', { level: 2 })
  await page.getByRole('button', { name: 'Approve' }).waitFor()
  expect(await pane.innerText()).toBe('vm-1')

  waiting(second)
  portal.tell(decided(first.request))
  await page.getByText('Decided meanwhile: approved by Sam Weber').waitFor()
  expect(await pane.innerText()).toBe('vm-1')
  expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0)

  await page.getByRole('button', { name: 'vm-2' }).click()
  await page.getByRole('button', { name: 'Approve' }).waitFor()
  expect(await pane.innerText()).toBe('vm-2')
})

test('who comes for a request that no longer waits is told', async () => {
  waiting(second)
  await portal.open(`/approvals?chosen=${first.request.id}`)
  await portal.page.getByText('no longer waits for you').waitFor()
})

test('the chosen request is approved and declined by key, and the next one follows', async () => {
  const { page, sent } = portal
  let items = [first, second]
  portal.answers(({ method, path }) => {
    if (path === '/approvals') return listOf(items)
    if (method !== 'POST') return undefined
    const [done, ...rest] = items
    items = rest
    return ok({ ...done?.request, state: 'provisioning', version: 2 })
  })
  await portal.open('/approvals')
  await page.getByRole('button', { name: 'vm-1' }).focus()
  await page.keyboard.press('a')
  await page.getByText('Approved: vm-1 is being built for').first().waitFor()
  await page.getByRole('heading', { level: 2, name: 'vm-2' }).waitFor()
  await page.keyboard.press('d')
  await page.getByLabel('Reason').fill('a bad idea')
  await page.keyboard.press('Enter')
  await page.getByText('Declined:').first().waitFor()
  expect(sent.map(({ body }) => [body['decision'], body['reason']])).toEqual([
    ['approved', undefined],
    ['declined', 'a bad idea'],
  ])
})

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { requests } from '../../dev/canned.ts'
import { away, mockedPortal, type MockedPortal } from '../../dev/mocked-portal.ts'

let portal: MockedPortal

beforeAll(async () => {
  portal = await mockedPortal()
})
afterAll(() => portal?.close())

const [active] = requests as [VmRequest]
const warning = () => portal.page.getByText('What you see is as it was')

test('a page that cannot be read again says so, keeps what it shows, and says no more once it can', async () => {
  const row = portal.page.getByRole('row', { name: active.vmName })
  portal.answers(() => undefined)
  await portal.open('/vms')
  await row.waitFor()
  portal.answers(({ method }) => (method === 'GET' ? away : undefined))
  portal.tell({ ...active, version: active.version + 1 })
  await warning().waitFor()
  await portal.page.getByText('The database does not answer').waitFor()
  expect(await row.count()).toBe(1)
  portal.answers(() => undefined)
  portal.tell({ ...active, version: active.version + 2 })
  await warning().waitFor({ state: 'detached' })
})

test('an agent that nobody can ask about is not called in contact', async () => {
  portal.answers(() => undefined)
  await portal.open('/sites')
  await portal.page.getByText('In contact').first().waitFor()
  portal.answers(({ path }) => (path === '/sites' ? away : undefined))
  await warning().waitFor()
  await portal.page.getByText('Not known').first().waitFor()
  expect(await portal.page.getByText('In contact').count()).toBe(0)
})

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { mockedPortal, type MockedPortal } from '../../../dev/mocked-portal.ts'

let portal: MockedPortal
let asked: URLSearchParams[]

beforeAll(async () => {
  portal = await mockedPortal()
})
afterAll(() => portal?.close())

beforeEach(() => {
  asked = []
  portal.answers(({ path, query }) => {
    if (path === '/vm-requests') asked.push(query)
    return undefined
  })
})

const address = () => new URL(portal.page.url()).searchParams
const row = (name: string) => portal.page.getByRole('row', { name })

test('a filter is a chip, stands in the address bar, and goes at a press', async () => {
  const { page } = portal
  await portal.open('/vms')
  await page.getByLabel('Add a filter').selectOption('Expired')
  const chip = page.getByRole('button', { name: 'Filter Expired: remove' })
  await chip.waitFor()
  await row('platform-alex-ubuntu-0007').waitFor({ state: 'detached' })
  expect(address().get('state')).toBe('expired')
  expect(asked.at(-1)?.get('state')).toBe('expired')
  await page.reload()
  await chip.click()
  await row('platform-alex-ubuntu-0007').waitFor()
  expect(address().get('state')).toBeNull()
})

test('a link that leaves the search away leaves its words away too', async () => {
  const { page } = portal
  await portal.open('/vms')
  const search = page.getByLabel('Search VMs')
  await search.fill('debian')
  await page.waitForURL(/q=debian/)
  await page.getByRole('link', { name: 'My VMs' }).click()
  await row('platform-alex-ubuntu-0007').waitFor()
  expect(await search.inputValue()).toBe('')
  asked.length = 0
  // Words that wait to be asked for would come back after a moment: what is asked last tells.
  await search.fill('0007')
  await page.waitForURL(/q=0007/)
  expect(asked.map((query) => query.get('q'))).not.toContain('debian')
})

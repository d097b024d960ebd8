import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { AuditEntry } from '@berth/contract/audit.ts'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { until } from '@berth/testing/until.ts'
import type { MockAnswer } from '../../dev/mock-api.ts'
import { audit, holdGroups, requests } from '../../dev/canned.ts'
import { listOf, mockedPortal, ok, type MockedPortal } from '../../dev/mocked-portal.ts'

let portal: MockedPortal

beforeAll(async () => {
  portal = await mockedPortal()
})
afterAll(() => portal?.close())

const [active, other] = requests as [VmRequest, VmRequest]

test('an answer that was under way while an event told more does not bring back the old', async () => {
  const held: ((answer: MockAnswer) => void)[] = []
  let isSlow = false
  portal.answers(({ path, method }) => {
    if (method !== 'GET' || path !== `/vm-requests/${active.id}`) return undefined
    return isSlow ? new Promise((resolve) => held.push(resolve)) : ok(active)
  })
  await portal.open(`/vms/${active.id}`)
  isSlow = true
  // Back to the tab: everything is asked for again.
  await portal.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await until('the page to ask again', () => Promise.resolve(held.length > 0))
  portal.tell({ ...active, version: active.version + 1, intent: 'release', actions: [] })
  const news = portal.page.getByRole('main').getByText('Being given back: powering off')
  await news.waitFor()
  const answered = portal.page.waitForResponse((response) => response.url().endsWith(active.id))
  for (const answer of held) answer(ok(active))
  await answered
  await portal.page.evaluate(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))))
  expect(await news.count()).toBe(1)
})

test('the counts beside a VM’s page follow what happens to other requests', async () => {
  let held = 2
  portal.answers(({ path }) => (path === '/hold-groups' ? listOf([{ ...holdGroups[0], requests: held }]) : undefined))
  await portal.open(`/vms/${active.id}`)
  const operations = portal.page.getByRole('link', { name: /^Operations/ })
  await operations.getByText('2').waitFor()
  held = 60
  portal.tell({ ...other, version: other.version + 1, state: 'held' })
  await operations.getByText('60').waitFor()
})

test('an address that names no request says that there is none', async () => {
  portal.answers(() => undefined)
  await portal.open('/vms/not-a-uuid')
  await portal.page.getByRole('heading', { level: 1, name: 'Not found' }).waitFor()
})

test('a long history is shown from its end', async () => {
  const entry = (number: number): AuditEntry => {
    const [first] = audit(active)
    if (first === undefined) throw new Error('nothing happened')
    return { ...first, id: String(number), reason: `number ${number}` }
  }
  const page = (from: number, nextCursor: string | null): MockAnswer =>
    ok({ items: Array.from({ length: 200 }, (_, index) => entry(from + index)), nextCursor })
  portal.answers(({ path, query }) => {
    if (!path.endsWith('/audit')) return undefined
    return query.get('cursor') === '200' ? page(200, null) : page(0, '200')
  })
  await portal.open(`/vms/${active.id}`)
  const first = portal.page.getByRole('region', { name: 'History' }).getByRole('listitem').first()
  await first.getByText('number 399').waitFor()
})

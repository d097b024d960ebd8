import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { until } from '@berth/testing/until.ts'
import type { MockAnswer } from '../../dev/mock-api.ts'
import { requests } from '../../dev/canned.ts'
import { mockedPortal, ok, type MockedPortal } from '../../dev/mocked-portal.ts'

let portal: MockedPortal

beforeAll(async () => {
  portal = await mockedPortal()
})
afterAll(() => portal?.close())

const [active] = requests as [VmRequest]

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
  const news = portal.page.getByText('Being given back: powering off')
  await news.waitFor()
  const answered = portal.page.waitForResponse((response) => response.url().endsWith(active.id))
  for (const answer of held) answer(ok(active))
  await answered
  await portal.page.evaluate(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))))
  expect(await news.count()).toBe(1)
})

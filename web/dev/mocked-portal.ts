import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { testConfiguration } from '@berth/testing/config.ts'
import { openBrowser } from '@berth/testing/portal-driver.ts'
import { mockApi, type Answered, type MockAnswer, type MockCall } from './mock-api.ts'

/** The built portal in a browser, with an API that each test steers. */
export interface MockedPortal {
  page: Page
  /** Everything that was sent and not only read, in order. */
  sent: MockCall[]
  /** From now on this answers first; what it leaves is answered from the canned entries. */
  answers(answer: (call: MockCall) => Answered): void
  /** As if this request had changed. */
  tell(request: VmRequest): void
  open(path: string): Promise<void>
  /** The element that has the focus, by its role's words: its name or its text. */
  focused(): Promise<string>
  close(): Promise<void>
}

export const ok = (body: unknown, status = 200): MockAnswer => ({ status, body })

export const listOf = (items: unknown[]): MockAnswer => ok({ items, nextCursor: null })

export const away: MockAnswer = {
  status: 503,
  body: { type: '', title: 'The database does not answer', status: 503, code: 'databaseUnavailable' },
}

export async function mockedPortal(): Promise<MockedPortal> {
  const sent: MockCall[] = []
  let answer: (call: MockCall) => Answered = () => undefined
  const { server, tell } = mockApi((call) => {
    if (call.method !== 'GET') sent.push(call)
    return answer(call)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const browser: Browser = await openBrowser(testConfiguration.chromiumBinary())
  const page = await browser.newPage({ viewport: { width: 1_280, height: 900 }, reducedMotion: 'reduce' })
  page.setDefaultTimeout(10_000)
  return {
    page,
    sent,
    tell,
    answers(by) {
      answer = by
    },
    async open(path) {
      sent.length = 0
      await page.goto(`${origin}${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
    },
    focused: () =>
      page.evaluate(() => {
        const { activeElement } = document
        return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? ''
      }),
    async close() {
      await browser.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { until } from '@berth/testing/until.ts'
import { requests } from '../../../dev/canned.ts'
import type { Answered } from '../../../dev/mock-api.ts'
import { away, mockedPortal, ok, type MockedPortal } from '../../../dev/mocked-portal.ts'

let portal: MockedPortal

beforeAll(async () => {
  portal = await mockedPortal()
})
afterAll(() => portal?.close())

const [active] = requests as [VmRequest]
const press = (name: string) => portal.page.getByRole('button', { name, exact: true }).click()
const gone = (name: string) => portal.page.getByRole('button', { name, exact: true }).waitFor({ state: 'detached' })

/** The server's record: it has one request, and each act that arrives is in `arrived` with its key. */
let now: VmRequest
let arrived: (string | undefined)[]

beforeEach(() => {
  now = active
  arrived = []
})

function serve(act: () => Answered) {
  portal.answers(({ method, path, idempotencyKey }) => {
    if (path === `/vm-requests/${now.id}`) return ok(now)
    if (method === 'GET' || !path.startsWith(`/vm-requests/${now.id}/`)) return undefined
    arrived.push(idempotencyKey)
    return act()
  })
}

const changed = (changes: Partial<VmRequest>): VmRequest => (now = { ...now, version: now.version + 1, ...changes })

describe('an act that is done', () => {
  test('closes its panel, and the page shows what goes on', async () => {
    serve(() => ok(changed({ intent: 'release', actions: [] })))
    await portal.open(`/vms/${active.id}`)
    await press('Release')
    await press('Release now')
    await portal.page.getByRole('main').getByText('Being given back: powering off').waitFor()
    await gone('Release now')
    await gone('Extend')
    expect(await portal.page.getByText(/^ssh /).count()).toBe(0)
  })

  test('may be wished for a second time', async () => {
    serve(() => {
      const leaseEndsAt = new Date(Date.parse(now.leaseEndsAt ?? '') + 3_600_000).toISOString()
      return ok({ leaseEndsAt, cappedBy: null, request: changed({ leaseEndsAt }) })
    })
    await portal.open(`/vms/${active.id}`)
    for (const times of [1, 2]) {
      await press('Extend')
      await portal.page.getByRole('button', { name: /^1 hour/ }).click()
      await portal.page
        .getByText(/^Granted until/)
        .first()
        .waitFor()
      expect(arrived).toHaveLength(times)
    }
    expect(new Set(arrived).size).toBe(2)
    portal.tell(changed({ intent: 'release', actions: [] }))
    await portal.page
      .getByText(/^Granted until/)
      .first()
      .waitFor({ state: 'detached' })
  })
})

describe('an act that nobody knows the outcome of', () => {
  test('is called handed over, until the page knows better', async () => {
    serve(() => ok(now, 202))
    await portal.open(`/vms/${active.id}`)
    await press('Release')
    await press('Release now')
    await portal.page.getByText('Handed over; it takes effect shortly').waitFor()
    await gone('Release now')
    portal.tell(changed({ intent: 'release', actions: [] }))
    await portal.page.getByText('Handed over; it takes effect shortly').waitFor({ state: 'detached' })
  })

  test('is the same act when it is pressed again after its answer was lost', async () => {
    serve(() => away)
    await portal.open(`/vms/${active.id}`)
    await press('Extend')
    for (const times of [1, 2]) {
      await portal.page.getByRole('button', { name: /^1 hour/ }).click()
      await until('the act to arrive', () => Promise.resolve(arrived.length === times))
      await portal.page.getByText('The database does not answer').waitFor()
    }
    expect(arrived[0]).toEqual(expect.any(String))
    expect(new Set(arrived).size).toBe(1)
  })
})

describe('the focus', () => {
  const button = (name: string | RegExp) => portal.page.getByRole('button', { name })

  test('stays on a button while it works, so that Escape still closes the panel', async () => {
    serve(() => new Promise(() => undefined))
    await portal.open(`/vms/${active.id}`)
    await press('Extend')
    await button(/^1 hour/).press('Enter')
    await until('the act to arrive', () => Promise.resolve(arrived.length === 1))
    expect(await portal.focused()).toMatch(/1 hour/)
    await portal.page.keyboard.press('Escape')
    await button(/^1 hour/).waitFor({ state: 'detached' })
    await until('the focus to be back', async () => (await portal.focused()) === 'Extend')
  })

  test('goes to the section when the button that did its work is gone', async () => {
    serve(() => {
      const leaseEndsAt = new Date(Date.parse(now.leaseEndsAt ?? '') + 3_600_000).toISOString()
      return ok({ leaseEndsAt, cappedBy: null, request: changed({ leaseEndsAt }) })
    })
    await portal.open(`/vms/${active.id}`)
    await press('Extend')
    await button(/^1 hour/).press('Enter')
    await portal.page
      .getByText(/^Granted until/)
      .first()
      .waitFor()
    await until('the focus to be back', async () => (await portal.focused()) === 'Lease')
  })

  test('goes to the page’s heading when the whole section is gone', async () => {
    serve(() => ok(changed({ intent: 'release', actions: [] })))
    await portal.open(`/vms/${active.id}`)
    await press('Release')
    await button('Release now').press('Enter')
    await gone('Release now')
    await until('the focus to be back', async () => (await portal.focused()) === active.vmName)
  })

  test('comes back to the button whose panel is closed', async () => {
    serve(() => ok(now))
    await portal.open(`/vms/${active.id}`)
    await press('Release')
    await press('Keep it as it is')
    expect(await portal.focused()).toBe('Release')
  })
})

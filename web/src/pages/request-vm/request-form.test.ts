import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { preview, requests } from '../../../dev/canned.ts'
import { mockedPortal, ok, type MockedPortal } from '../../../dev/mocked-portal.ts'

let portal: MockedPortal

beforeAll(async () => {
  portal = await mockedPortal()
})
afterAll(() => portal?.close())

const [active] = requests as [VmRequest]
const outlook = () => portal.page.getByRole('region', { name: 'This request' })

/** The server names the next VM by this number. */
let next: number

function serve() {
  next = 7
  portal.answers(({ method, path }) => {
    if (method === 'POST' && path === '/vm-requests') {
      next += 1
      return ok(active, 201)
    }
    return path === '/vm-requests/preview' ? ok({ ...preview, vmName: `dev-${next}` }) : undefined
  })
}

test('what would come of it follows what others do meanwhile', async () => {
  serve()
  await portal.open('/request?item=ubuntu-24-04')
  await outlook().getByText('dev-7').waitFor()
  next = 8
  portal.tell({ ...active, version: active.version + 1 })
  await outlook().getByText('dev-8').waitFor()
})

test('the form after a request does not begin with the name that was just taken', async () => {
  serve()
  const { page } = portal
  await portal.open('/request?item=ubuntu-24-04')
  await outlook().getByText('dev-7').waitFor()
  await page.getByLabel('Purpose').fill('Try it')
  await page.getByRole('button', { name: 'Request VM' }).click()
  await page.getByRole('region', { name: 'Timeline' }).waitFor()
  const names: string[] = []
  await page.exposeFunction('noteName', (name: string) => names.push(name))
  await page.evaluate(() => {
    const look = () => {
      const name = document.querySelector('.this-request p')?.textContent
      if (name) void (window as unknown as { noteName(name: string): void }).noteName(name)
    }
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
  })
  await page.getByRole('link', { name: 'Request a VM' }).click()
  await page.getByRole('radio', { name: /^Ubuntu/ }).check()
  await outlook().getByText('dev-8').waitFor()
  expect(names).not.toContain('dev-7')
})

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { until } from '@berth/testing/until.ts'
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

test('the name is filled in by the pattern until the person names it', async () => {
  serve()
  const { page } = portal
  await portal.open('/request?item=ubuntu-24-04')
  const name = page.getByLabel('Name')
  await outlook().getByText('dev-7').waitFor()
  expect(await name.inputValue()).toBe('dev-7')
  next = 8
  portal.tell({ ...active, version: active.version + 1 })
  await outlook().getByText('dev-8').waitFor()
  expect(await name.inputValue()).toBe('dev-8')

  await name.fill('build-agent')
  next = 9
  portal.tell({ ...active, version: active.version + 2 })
  await outlook().getByText('dev-9').waitFor()
  expect(await name.inputValue()).toBe('build-agent')
  await name.fill('')
  await page.getByLabel('Purpose').focus()
  expect(await name.inputValue()).toBe('dev-9')
})

test('the same file can be chosen again after it was put right', async () => {
  serve()
  const { page } = portal
  await portal.open('/request?item=ubuntu-24-04')
  await page.getByRole('radio', { name: 'Another key' }).check()
  const file = (text: string) => ({ name: 'id.pub', mimeType: 'text/plain', buffer: Buffer.from(text) })
  const input = page.locator('input[type="file"]')
  await input.setInputFiles(file('no key'))
  const key = page.getByLabel('SSH public key')
  await until('the file to be read', async () => (await key.inputValue()) === 'no key')
  expect(await input.evaluate((element) => (element as HTMLInputElement).value)).toBe('')
})

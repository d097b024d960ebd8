import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type Page } from 'playwright-core'
import { readTestConfiguration } from '../../tools/test/config.ts'
import { findChromium } from '../../tools/test/find-chromium.ts'
import { idOf } from './canned.ts'
import { mockApi, type Scenario } from './mock-api.ts'

/** Photographs every page in every state and look, and fails on what axe finds: `npm run screenshots -w web [name part]`. */

interface Shot {
  name: string
  path: string
  scenario: Scenario
  before?: (page: Page) => Promise<void>
}

const looks = [
  { name: 'light', viewport: { width: 1_280, height: 900 }, colorScheme: 'light' as const },
  { name: 'dark', viewport: { width: 1_280, height: 900 }, colorScheme: 'dark' as const },
  { name: 'narrow', viewport: { width: 360, height: 800 }, colorScheme: 'light' as const },
]

const press = (name: string) => (page: Page) => page.getByRole('button', { name, exact: true }).first().click()

const states = { 1: 'active', 2: 'provisioning', 3: 'awaiting', 4: 'validating', 5: 'expired', 6: 'released' }
const going = { 10: 'retiring', 14: 'releasing', 15: 'resuming', 16: 'last-hour', 17: 'held-expired', 18: 'given-up' }
const ended = { 7: 'held', 9: 'held-address', 21: 'retired', 22: 'rejected', 23: 'declined', 26: 'failed' }
const vmShots = Object.entries({ ...states, ...going, ...ended }).map(([number, name]): Shot => ({
  name: `vm-${name}`,
  path: `/vms/${idOf(Number(number))}`,
  scenario: 'usual',
}))

const pages = { vms: '/vms', request: '/request', approvals: '/approvals', operations: '/operations', sites: '/sites' }
const pageShots = Object.entries(pages).flatMap(([name, path]) =>
  (['usual', 'empty', 'long', 'error', 'loading'] as const).map((scenario): Shot => ({
    name: `${name}-${scenario}`,
    path,
    scenario,
  })),
)

const shots: Shot[] = [
  { name: 'signed-out', path: '/vms', scenario: 'signedOut' },
  ...pageShots,
  ...vmShots,
  { name: 'vms-ended', path: '/vms?show=ended', scenario: 'usual' },
  { name: 'vms-filtered', path: '/vms?state=active,held&team=platform&site=frankfurt', scenario: 'usual' },
  { name: 'vm-unknown', path: '/vms/nothing', scenario: 'usual' },
  { name: 'vm-long', path: `/vms/${idOf(1)}`, scenario: 'long' },
  { name: 'vm-extend', path: `/vms/${idOf(1)}`, scenario: 'usual', before: press('Extend') },
  { name: 'vm-release', path: `/vms/${idOf(1)}`, scenario: 'usual', before: press('Release') },
  { name: 'vm-vanished', path: `/vms/${idOf(12)}`, scenario: 'usual' },
  { name: 'vm-vanished-release', path: `/vms/${idOf(12)}`, scenario: 'usual', before: press('Release') },
  { name: 'vm-duplicate-address', path: `/vms/${idOf(13)}`, scenario: 'usual' },
  { name: 'operations-act', path: '/operations?findings=act', scenario: 'usual', before: press('Show all 7') },
  { name: 'operations-release', path: '/operations?findings=act', scenario: 'usual', before: press('Release') },
  { name: 'operations-look', path: '/operations?findings=look', scenario: 'usual' },
  { name: 'vm-retry-with', path: `/vms/${idOf(7)}`, scenario: 'usual', before: press('Retry with…') },
  { name: 'vm-keep', path: `/vms/${idOf(9)}`, scenario: 'usual', before: press('Keep for diagnosis') },
  { name: 'vm-try-again', path: `/vms/${idOf(26)}`, scenario: 'usual', before: press('Try again from “Place”') },
  { name: 'operations-retry-all', path: '/operations', scenario: 'usual', before: retryAll },
  { name: 'operations-begin-maintenance', path: '/operations', scenario: 'usual', before: press('Begin maintenance') },
  { name: 'operations-end-maintenance', path: '/operations', scenario: 'usual', before: press('End maintenance') },
  { name: 'vm-skip', path: `/vms/${idOf(9)}`, scenario: 'usual', before: press('Skip') },
  { name: 'request-form', path: '/request?item=ubuntu-24-04', scenario: 'usual' },
  { name: 'request-missing', path: '/request?item=ubuntu-24-04', scenario: 'usual', before: press('Request VM') },
  { name: 'request-refused', path: '/request?item=ubuntu-24-04', scenario: 'error', before: fillAndRequest },
  { name: 'approvals-decided', path: '/approvals?tab=decided', scenario: 'usual' },
  { name: 'approvals-decline', path: '/approvals', scenario: 'usual', before: press('Decline') },
  { name: 'approvals-approved', path: '/approvals', scenario: 'usual', before: press('Approve') },
  { name: 'vms-old-news', path: '/vms', scenario: 'usual', before: goQuiet },
  { name: 'sites-old-news', path: '/sites', scenario: 'usual', before: goQuiet },
  { name: 'navigation', path: '/vms', scenario: 'usual', before: openNavigation },
]

async function fillAndRequest(page: Page) {
  await page.getByLabel('Purpose').fill('x')
  await press('Request VM')(page)
  await page.getByText('2048 bits').waitFor()
}

async function retryAll(page: Page) {
  await press('Retry all 2')(page)
  await press('Retry all 2 now')(page)
  await page.getByText('are retried').waitFor()
}

async function goQuiet(page: Page) {
  await page.route('**/api/v1/**', (route) => route.abort())
  // Back to the tab: everything is asked for again.
  await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))')
  await page.getByText('What you see is as it was').waitFor()
}

async function openNavigation(page: Page) {
  const toggle = page.getByRole('button', { name: 'Pages' })
  if (await toggle.isVisible()) await toggle.click()
}

async function photograph(browser: Browser, origin: string, shot: Shot, look: (typeof looks)[number]) {
  const { viewport, colorScheme } = look
  const context = await browser.newContext({
    viewport,
    colorScheme,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Berlin',
  })
  await context.addCookies([{ name: 'scenario', value: shot.scenario, url: origin }])
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
      complaints.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) complaints.push(`asked a foreign server: ${request.url()}`)
  })
  await page.goto(`${origin}${shot.path}`)
  await page.getByRole('heading', { level: 1 }).or(page.locator('[aria-busy]')).first().waitFor()
  await page.waitForTimeout(shot.scenario === 'error' ? 3_500 : 500)
  await shot.before?.(page)
  await page.waitForTimeout(200)
  const { violations } = await new AxeBuilder({ page }).analyze()
  for (const { id, help, nodes } of violations)
    complaints.push(`axe ${id}: ${help} — ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  if (Number(overflow) > 0) complaints.push(`scrolls sideways by ${String(overflow)} px`)
  await page.screenshot({ path: `${folder}/${shot.name}-${look.name}.png`, fullPage: true })
  await context.close()
  return complaints.map((complaint) => `${shot.name}, ${look.name}: ${complaint}`)
}

const folder = new URL('./pictures', import.meta.url).pathname
const wanted = process.argv[2] ?? ''
const { server } = mockApi()
await mkdir(folder, { recursive: true })
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const args = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking'.split(' ')
const browser = await chromium.launch({
  executablePath: await findChromium(readTestConfiguration()),
  args: [...args, '--disable-component-update', '--disable-sync'],
})
const complaints: string[] = []
for (const shot of shots.filter(({ name }) => name.includes(wanted)))
  complaints.push(...(await Promise.all(looks.map((look) => photograph(browser, origin, shot, look)))).flat())
await browser.close()
server.closeAllConnections()
server.close()
console.log(complaints.length === 0 ? 'Nothing to complain about' : complaints.join('\n'))
process.exitCode = complaints.length === 0 ? 0 : 1

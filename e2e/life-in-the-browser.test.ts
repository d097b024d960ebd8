import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { testConfiguration } from '@berth/testing/config.ts'
import { openBrowser, Portal } from '@berth/testing/portal-driver.ts'
import { until } from '@berth/testing/until.ts'
import { invariantsHold } from './invariants-hold.ts'
import { requestIn } from './life-of.ts'
import { looksRight } from './looks-right.ts'
import { mailsTo } from './mails-to.ts'
import { runningBerth, type RunningBerth } from './running-berth.ts'
import { newKeyPair, sshAddressOf, sshRun } from './ssh-login.ts'
import { vmsInVcenter } from './vms-in-vcenter.ts'
import { watchWords } from './words-shown.ts'

const key = newKeyPair('dana@laptop')
const anotherKey = newKeyPair('somebody@else')

let berth: RunningBerth
let browser: Browser
let developer: Portal
/** Requested first, so that its lease runs out while the other one is looked at. */
let shortLived: { id: string; vmName: string }

const sshLine = (portal: Portal) => portal.page.getByText(/^ssh /).innerText()

async function request(portal: Portal, wish: { size: string; minutes: number; purpose: string }) {
  const { size, minutes, purpose } = wish
  await portal.goTo('Request a VM')
  await portal.fillIn({ item: 'Ubuntu 24.04 LTS', size, lease: { minutes }, purpose, sshPublicKey: key.publicKey })
}

beforeAll(async () => {
  berth = await runningBerth()
  browser = await openBrowser(testConfiguration.chromiumBinary())
  developer = await Portal.signIn(browser, berth.run.portalUrl, berth.run.users.developer)
})

afterAll(async () => {
  await browser?.close()
  await berth?.close()
})

test('a small VM for a minute needs no approval', async () => {
  await request(developer, { size: 'small', minutes: 1, purpose: 'See a whole life go by' })
  const outlook = developer.region('This request')
  await outlook.getByText(/No approval needed/).waitFor()
  expect(await looksRight(developer, 'request-small')).toEqual([])
  const id = await developer.requestVm()
  const { vmName } = await requestIn(berth.as('developer'), id, 'active')
  shortLived = { id, vmName }
  await developer.showsState('Active')
})

test('a medium VM is approved on a page, comes live, lets in its owner’s key only, and is extended', async () => {
  await request(developer, { size: 'medium', minutes: 2, purpose: 'Test the release candidate' })
  const outlook = developer.region('This request')
  await outlook.getByText(/Needs approval by .*Alex Approver.*medium/).waitFor()
  await outlook.getByText(/^\d+ vCPU → \d+ vCPU of 120 vCPU$/).waitFor()
  await outlook.getByText(/until about/).waitFor()
  const before = /^(\d+) vCPU → (\d+)/.exec(await outlook.getByText(/vCPU →/).innerText())
  expect(Number(before?.[2]) - Number(before?.[1])).toBe(2)
  expect(await looksRight(developer, 'request-medium')).toEqual([])

  const id = await developer.requestVm()
  const { vmName } = await requestIn(berth.as('developer'), id, 'awaitingApproval')
  await developer.showsState('Waiting')
  await developer.page
    .getByText(/Waiting for Alex Approver/)
    .first()
    .waitFor()
  expect(await looksRight(developer, 'vm-waiting')).toEqual([])

  const approver = await Portal.signIn(browser, berth.run.portalUrl, berth.run.users.approver, '/approvals')
  await approver.page.getByRole('button', { name: vmName }).click()
  await approver.heading('Approvals').waitFor()
  await approver.page.getByText('Test the release candidate').waitFor()
  expect(await looksRight(approver, 'approvals')).toEqual([])

  const wordsShown = await watchWords(developer)
  await approver.decide(vmName, 'Approve')
  await approver.page.getByText(`Approved: ${vmName}`).first().waitFor()

  await developer.showsState('Active')
  const words = (await wordsShown()).join('\n')
  expect(words).toMatch(/Waiting for Alex Approver/)
  expect(words).toMatch(/Provisioning/)
  expect(words).toMatch(/Waiting for its address/)
  expect(words).toMatch(/Yours until/)
  for (const step of ['Place', 'Clone', 'Power on', 'Address'])
    await developer.region('Timeline').getByText(step, { exact: true }).waitFor()

  const address = sshAddressOf(await sshLine(developer))
  expect(await sshRun(address, key, 'hostname')).toBe(vmName)
  await expect(sshRun(address, anotherKey, 'hostname')).rejects.toThrow(/authentication/i)

  const { leaseEndsAt } = await requestIn(berth.as('developer'), id, 'active')
  await developer.extend('1 hour')
  await developer.page
    .getByText(/^Granted until/)
    .first()
    .waitFor()
  const extended = await requestIn(berth.as('developer'), id, 'active')
  expect(Date.parse(extended.leaseEndsAt ?? '') - Date.parse(leaseEndsAt ?? '')).toBe(3_600_000)
  expect(await looksRight(developer, 'vm-active')).toEqual([])

  await developer.confirm('Release')
  await developer.showsState('Released')
  expect(await looksRight(developer, 'vm-released')).toEqual([])
  await expect(sshRun(address, key, 'hostname')).rejects.toThrow()
  await developer.page.getByRole('button', { name: 'Restore' }).click()
  await developer.showsState('Active')
  expect(await sshRun(sshAddressOf(await sshLine(developer)), key, 'hostname')).toBe(vmName)
  expect(approver.complaints).toEqual([])
  await approver.close()
})

test('at its end a VM is warned of by mail, powered off, extended out of grace, given back and destroyed', async () => {
  const api = berth.as('developer')
  const { id, vmName } = shortLived
  const { email = '' } = (await api.call('getMe')).body
  const mail = (subject: RegExp) =>
    until(`a mail that says ${subject}`, async () =>
      (await mailsTo(berth.run.mailUrl, email, vmName)).find((candidate) => subject.test(candidate.subject)),
    )
  await developer.openVm(id)
  await mail(/ends|end of/i)
  await developer.showsState('Expired', 90)
  expect((await vmsInVcenter(berth.vcenter('demo'))).find(({ name }) => name === vmName)).toMatchObject({
    instanceUuid: id,
    poweredOn: false,
  })
  expect(await looksRight(developer, 'vm-expired')).toEqual([])

  await developer.extend('1 hour')
  await developer.showsState('Active')
  expect(await sshRun(sshAddressOf(await sshLine(developer)), key, 'hostname')).toBe(vmName)
  expect((await vmsInVcenter(berth.vcenter('demo'))).find(({ name }) => name === vmName)?.poweredOn).toBe(true)

  await developer.confirm('Release')
  await developer.showsState('Released')
  await mail(/given back|released/i)
  await developer.showsState('Retired', 120)
  expect((await vmsInVcenter(berth.vcenter('demo'))).map(({ name }) => name)).not.toContain(vmName)
  const { rows } = await berth.database.pool.query('select 1 from quota_holds where request_id = $1', [id])
  expect(rows).toEqual([])
  expect(await looksRight(developer, 'vm-retired')).toEqual([])
})

test('every other page shows what it is for and is accessible', async () => {
  await developer.goTo('My VMs')
  await developer.page
    .getByRole('row', { name: /platform-developer/ })
    .first()
    .waitFor()
  expect(await looksRight(developer, 'my-vms')).toEqual([])
  await developer.goTo('Sites')
  await developer.page.getByText('In contact').first().waitFor()
  expect(await looksRight(developer, 'sites')).toEqual([])

  const operator = await Portal.signIn(browser, berth.run.portalUrl, berth.run.users.operator, '/operations')
  await operator.heading('Operations').waitFor()
  await operator.page.getByText('In contact').first().waitFor()
  expect(await looksRight(operator, 'operations')).toEqual([])
  expect([...operator.complaints, ...developer.complaints]).toEqual([])
  await operator.close()
})

test('the invariants hold at the end', async () => {
  await invariantsHold(berth)
})

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { testConfiguration } from '@berth/testing/config.ts'
import { openBrowser, Portal } from '@berth/testing/portal-driver.ts'
import { invariantsHold } from './invariants-hold.ts'
import { requestIn } from './life-of.ts'
import { looksRight } from './looks-right.ts'
import { runningBerth, type RunningBerth } from './running-berth.ts'
import { newKeyPair, sshAddressOf, sshRun } from './ssh-login.ts'
import { watchWords } from './words-shown.ts'

const key = newKeyPair('dana@laptop')
const anotherKey = newKeyPair('somebody@else')

let berth: RunningBerth
let browser: Browser
let developer: Portal

beforeAll(async () => {
  berth = await runningBerth()
  browser = await openBrowser(testConfiguration.chromiumBinary())
  developer = await Portal.signIn(browser, berth.run.portalUrl, berth.run.users.developer)
})

afterAll(async () => {
  await browser?.close()
  await berth?.close()
})

test('a medium VM is approved on a page, comes live, lets in its owner’s key only, and is extended', async () => {
  await developer.goTo('Request a VM')
  await developer.fillIn({
    item: 'Ubuntu 24.04 LTS',
    size: 'medium',
    lease: { minutes: 5 },
    purpose: 'Test the release candidate',
    sshPublicKey: key.publicKey,
  })
  const outlook = developer.region('This request')
  await outlook.getByText(/Needs approval by .*Alex Approver.*medium/).waitFor()
  await outlook.getByText(/^\d+ → \d+ of 120 vCPU$/).waitFor()
  await outlook.getByText(/until about/).waitFor()
  const before = /^(\d+) → (\d+)/.exec(await outlook.getByText(/→ \d+ of 120 vCPU$/).innerText())
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

  const address = sshAddressOf(await developer.sshLine())
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
  expect(await sshRun(sshAddressOf(await developer.sshLine()), key, 'hostname')).toBe(vmName)
  expect(approver.complaints).toEqual([])
  await approver.close()
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

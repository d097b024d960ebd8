import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { testConfiguration } from '@berth/testing/config.ts'
import { openBrowser, Portal } from '@berth/testing/portal-driver.ts'
import { until } from '@berth/testing/until.ts'
import { invariantsHold } from './invariants-hold.ts'
import { looksRight } from './looks-right.ts'
import { mailsTo } from './mails-to.ts'
import { runningBerth, type RunningBerth } from './running-berth.ts'
import { newKeyPair, sshAddressOf, sshRun } from './ssh-login.ts'
import { vmsInVcenter } from '@berth/testing/vms-in-vcenter.ts'

const key = newKeyPair('dana@desktop')

let berth: RunningBerth
let browser: Browser
let developer: Portal
let id: string
let vmName: string

const vmInVcenter = async () => (await vmsInVcenter(berth.vcenter('demo'))).find(({ name }) => name === vmName)

async function mailThatSays(subject: RegExp): Promise<void> {
  const { email = '' } = (await berth.as('developer').call('getMe')).body
  await until(`a mail that says ${subject.source}`, async () =>
    (await mailsTo(berth.run.mailUrl, email, vmName)).some((mail) => subject.test(mail.subject)),
  )
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
  await developer.goTo('Request a VM')
  await developer.fillIn({
    item: 'Debian 13',
    size: 'small',
    lease: { minutes: 1 },
    purpose: 'See a whole life go by',
    sshPublicKey: key.publicKey,
  })
  await developer
    .region('This request')
    .getByText(/No approval needed/)
    .waitFor()
  expect(await looksRight(developer, 'request-small')).toEqual([])
  id = await developer.requestVm()
  vmName = await developer.page.getByRole('heading', { level: 1 }).innerText()
  await developer.showsState('Active')
})

test('before its lease ends its owner is warned by mail', async () => {
  await mailThatSays(/ends|end of/i)
})

test('when its lease is over it is powered off, and an extension powers it on again', async () => {
  await developer.showsState('Expired', 90)
  expect(await vmInVcenter()).toMatchObject({ instanceUuid: id, poweredOn: false })
  expect(await looksRight(developer, 'vm-expired')).toEqual([])

  await developer.extend('1 hour')
  await developer.showsState('Active')
  expect(await sshRun(sshAddressOf(await developer.sshLine()), key, 'hostname')).toBe(vmName)
  expect(await vmInVcenter()).toMatchObject({ instanceUuid: id, poweredOn: true })
})

test('given back it is destroyed after the undo time, and its quota returns', async () => {
  await developer.confirm('Release')
  await developer.showsState('Released')
  await mailThatSays(/given back|released/i)
  await developer.showsState('Retired', 120)
  expect(await vmInVcenter()).toBeUndefined()
  const { rows } = await berth.database.pool.query('select 1 from quota_holds where request_id = $1', [id])
  expect(rows).toEqual([])
  expect(await looksRight(developer, 'vm-retired')).toEqual([])
  expect(developer.complaints).toEqual([])
})

test('the invariants hold at the end', async () => {
  await invariantsHold(berth)
})

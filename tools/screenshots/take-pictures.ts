import path from 'node:path'
import { apiDriver, type ApiDriver } from '@berth/testing/api-driver.ts'
import { openBrowser, Portal, type Wish } from '@berth/testing/portal-driver.ts'
import { readRunFile, type RunFile } from '@berth/testing/run-file.ts'
import { until } from '@berth/testing/until.ts'
import { takeOperatorPictures } from './take-operator-pictures.ts'

const sshPublicKey = `ssh-ed25519 ${Buffer.concat([
  Buffer.from([0, 0, 0, 11]),
  Buffer.from('ssh-ed25519'),
  Buffer.from([0, 0, 0, 32]),
  // Nobody has the private half.
  Buffer.from('a public key, only for a picture'),
]).toString('base64')} dana@laptop`

const ask = { catalogItemId: 'ubuntu-24-04', leaseSeconds: 14 * 86_400, sshPublicKeys: [sshPublicKey] }
const wish: Wish = {
  item: 'Ubuntu 24.04 LTS',
  size: 'large',
  lease: '1 week',
  purpose: 'Load test of the new search index',
  sshPublicKey,
}

/** Pictures of the main pages of a fresh demo, light and dark; answers their files. */
export async function takePictures(home: string, chromium: string, folder: string): Promise<string[]> {
  const run = await readRunFile(home)
  const browser = await openBrowser(chromium)
  const files: string[] = []
  const picture = async (portal: Portal, name: string) => {
    const { page } = portal
    // What a click left behind is no part of the page.
    await page.mouse.move(0, 0)
    await page.evaluate('document.activeElement?.blur(); window.scrollTo(0, 0)')
    for (const colorScheme of ['light', 'dark'] as const) {
      await portal.showIn(colorScheme)
      const file = path.join(folder, colorScheme === 'light' ? `${name}.png` : `${name}-dark.png`)
      await page.screenshot({ path: file })
      files.push(file)
    }
    await portal.showIn('light')
  }
  try {
    const activeId = await liveALittle(run)
    const developer = await Portal.signIn(browser, run.portalUrl, run.users.developer)
    await developer.goTo('My VMs')
    await developer.page.getByRole('row').nth(1).waitFor()
    await picture(developer, 'my-vms')
    await developer.openVm(activeId)
    await developer.showsState('Active')
    await picture(developer, 'portal')
    await developer.goTo('Request a VM')
    await developer.fillIn(wish)
    await developer
      .region('This request')
      .getByText(/^Lease: 1 week/)
      .waitFor()
    await picture(developer, 'request-a-vm')
    const waiting = await developer.requestVm()

    const toDecide = `/approvals?chosen=${waiting}`
    const approver = await Portal.signIn(browser, run.portalUrl, run.users.approver, toDecide)
    await approver.page.getByText(wish.purpose).waitFor()
    await picture(approver, 'approvals')
    const operator = await Portal.signIn(browser, run.portalUrl, run.users.operator, '/operations')
    await operator.page.getByText('In contact').first().waitFor()
    await picture(operator, 'operations')
    return [...files, ...(await takeOperatorPictures(browser, run, sshPublicKey, folder))]
  } finally {
    await browser.close()
  }
}

/** One VM that is approved and in use, and others beside it; answers the id of the first. */
async function liveALittle({ portalUrl, tokens }: RunFile): Promise<string> {
  const developer = apiDriver(portalUrl, tokens.developer)
  const create = async (body: { sizeId: string; purpose: string; leaseSeconds?: number; catalogItemId?: string }) =>
    (await developer.call('createVmRequest', { body: { ...ask, ...body } })).body.id
  const inUse = await create({ sizeId: 'medium', purpose: 'Release candidate 4.2' })
  const short = await create({ sizeId: 'small', purpose: 'Try a fix', leaseSeconds: 3_600, catalogItemId: 'debian-13' })
  const id = await approved(developer, inUse, apiDriver(portalUrl, tokens.approver))
  await isActive(developer, short)
  await create({ sizeId: 'medium', purpose: 'Integration tests of the billing service', catalogItemId: 'debian-13' })
  return id
}

async function approved(developer: ApiDriver, id: string, approver: ApiDriver): Promise<string> {
  await until('the approval to be open', async () => {
    const { body } = await developer.call('getVmRequest', { params: { id } })
    return body.state === 'awaitingApproval'
  })
  await approver.call('decideApproval', { params: { id }, body: { decision: 'approved', reason: 'As planned' } })
  await isActive(developer, id)
  return id
}

const isActive = (developer: ApiDriver, id: string): Promise<boolean> =>
  until(`request ${id} to be active`, async () => {
    const { body } = await developer.call('getVmRequest', { params: { id } })
    return body.state === 'active'
  })

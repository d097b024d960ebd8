import path from 'node:path'
import { createSoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { apiDriver, type ApiDriver } from '@berth/testing/api-driver.ts'
import { openBrowser, Portal } from '@berth/testing/portal-driver.ts'
import { readRunFile } from '@berth/testing/run-file.ts'
import { until } from '@berth/testing/until.ts'
import { takeOperatorPictures } from './take-operator-pictures.ts'
import { takeTroublePictures } from './take-trouble-pictures.ts'

const sshPublicKey = `ssh-ed25519 ${Buffer.concat([
  Buffer.from([0, 0, 0, 11]),
  Buffer.from('ssh-ed25519'),
  Buffer.from([0, 0, 0, 32]),
  // Nobody has the private half.
  Buffer.from('a public key, only for a picture'),
]).toString('base64')} dana@laptop`

const ask = { catalogItemId: 'ubuntu-24-04', leaseSeconds: 14 * 86_400, sshPublicKeys: [sshPublicKey] }

/** Pictures of a fresh demo for the documents: a VM in use, and what operators see of each class of trouble. */
export async function takePictures(home: string, chromium: string, folder: string): Promise<string[]> {
  const run = await readRunFile(home)
  const [site] = run.sites
  if (site === undefined) throw new Error('the demo has no site')
  const { vcenterUrl: url, username, password } = site
  const vcenter = createSoapClient({ url, username, password, userAgent: 'berth-screenshots' })
  const browser = await openBrowser(chromium)
  const developer = apiDriver(run.portalUrl, run.tokens.developer)
  const created = async (body: { sizeId: string; purpose: string; leaseSeconds?: number; name?: string }) =>
    (await developer.call('createVmRequest', { body: { ...ask, ...body } })).body.id
  const small = async (purpose: string, name?: string) =>
    created({ sizeId: 'small', purpose, leaseSeconds: 3_600, ...(name !== undefined && { name }) })
  const inUse = async (purpose: string): Promise<string> => {
    const id = await small(purpose)
    await isActive(developer, id)
    return (await developer.call('getVmRequest', { params: { id } })).body.vmName
  }
  try {
    const vmId = await approved(
      developer,
      await created({ sizeId: 'medium', purpose: 'Release candidate 4.2' }),
      apiDriver(run.portalUrl, run.tokens.approver),
    )
    const vmNames = [await inUse('Try a fix'), await inUse('Integration tests of the billing service')] as const
    const person = await Portal.signIn(browser, run.portalUrl, run.users.developer)
    await person.openVm(vmId)
    await person.showsState('Active')
    const { files, ...trouble } = await takeOperatorPictures(
      browser,
      run,
      vcenter,
      (name) => small('Build agent', name),
      folder,
    )
    return [
      ...(await takenIn(['light', 'dark'], person, path.join(folder, 'portal'))),
      ...files,
      ...(await takeTroublePictures({ ...trouble, run, vcenter, vmNames, ask: () => small('Nightly build') }, folder)),
    ]
  } finally {
    await browser.close()
    await vcenter.close()
  }
}

async function takenIn(schemes: readonly ('light' | 'dark')[], portal: Portal, stem: string): Promise<string[]> {
  const files: string[] = []
  for (const scheme of schemes) {
    await portal.showIn(scheme)
    const file = scheme === 'light' ? `${stem}.png` : `${stem}-${scheme}.png`
    await portal.page.screenshot({ path: file })
    files.push(file)
  }
  return files
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

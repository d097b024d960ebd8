import path from 'node:path'
import { createSoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { apiDriver } from '@berth/testing/api-driver.ts'
import { makeForeignVm } from '@berth/testing/hands-on-vcenter.ts'
import { Portal, type openBrowser } from '@berth/testing/portal-driver.ts'
import type { RunFile } from '@berth/testing/run-file.ts'
import { WorkflowPage } from '@berth/testing/temporal-ui-driver.ts'

const name = 'build-agent-7'

/** A held request as an operator sees it in the portal and decides about it in the Temporal UI; answers the files. */
export async function takeOperatorPictures(
  browser: Awaited<ReturnType<typeof openBrowser>>,
  run: RunFile,
  sshPublicKey: string,
  folder: string,
): Promise<string[]> {
  const [site] = run.sites
  if (site === undefined) throw new Error('the demo has no site')
  const requestId = await heldRequest(run, site, sshPublicKey)
  const file = (picture: string) => path.join(folder, `${picture}.png`)

  const operator = await Portal.signIn(browser, run.portalUrl, run.users.operator, '/operations')
  await operator.held(name).waitFor()
  await operator.page.screenshot({ path: file('operations-held') })

  const workflow = await WorkflowPage.open(browser, run, site.id, requestId)
  const proposed = await workflow.proposedUpdate()
  await workflow.page.screenshot({ path: file('temporal-ui-held') })
  const decision = { ...(JSON.parse(proposed) as object), by: 'operator' }
  await workflow.fillInUpdate('operatorDecision', JSON.stringify(decision))
  await workflow.page.screenshot({ path: file('temporal-ui-update') })
  return ['operations-held', 'temporal-ui-held', 'temporal-ui-update'].map(file)
}

/** Its name is taken by a VM that somebody else made. */
async function heldRequest(run: RunFile, site: RunFile['sites'][number], sshPublicKey: string): Promise<string> {
  const { vcenterUrl: url, username, password } = site
  const vcenter = createSoapClient({ url, username, password, userAgent: 'berth-screenshots' })
  await makeForeignVm(vcenter, name).finally(() => vcenter.close())
  const developer = apiDriver(run.portalUrl, run.tokens.developer)
  const { body } = await developer.call('createVmRequest', {
    body: {
      catalogItemId: 'ubuntu-24-04',
      sizeId: 'small',
      leaseSeconds: 3_600,
      purpose: 'Build agent',
      sshPublicKeys: [sshPublicKey],
      name,
    },
  })
  await developer.vmRequestOnce(body.id, ({ state }) => state === 'held')
  return body.id
}

import path from 'node:path'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { apiDriver } from '@berth/testing/api-driver.ts'
import { makeForeignVm } from '@berth/testing/hands-on-vcenter.ts'
import { Portal, type openBrowser } from '@berth/testing/portal-driver.ts'
import type { RunFile } from '@berth/testing/run-file.ts'
import { WorkflowPage } from '@berth/testing/temporal-ui-driver.ts'

const name = 'build-agent-7'

/** A held request as an operator sees it in the portal and decides about it in the Temporal UI; the page stays open. */
export async function takeOperatorPictures(
  browser: Awaited<ReturnType<typeof openBrowser>>,
  run: RunFile,
  vcenter: SoapClient,
  ask: (name: string) => Promise<string>,
  folder: string,
): Promise<{ operator: Portal; heldId: string; files: string[] }> {
  const [site] = run.sites
  if (site === undefined) throw new Error('the demo has no site')
  const requestId = await heldRequest(run, vcenter, ask)
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
  const files = ['operations-held', 'temporal-ui-held', 'temporal-ui-update'].map(file)
  return { operator, heldId: requestId, files }
}

/** Its name is taken by a VM that somebody else made. */
async function heldRequest(run: RunFile, vcenter: SoapClient, ask: (name: string) => Promise<string>): Promise<string> {
  await makeForeignVm(vcenter, name)
  const id = await ask(name)
  await apiDriver(run.portalUrl, run.tokens.developer).vmRequestOnce(id, ({ state }) => state === 'held')
  return id
}

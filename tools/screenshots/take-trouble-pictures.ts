import path from 'node:path'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { apiDriver } from '@berth/testing/api-driver.ts'
import { destroyRunningVm, renameVm } from '@berth/testing/hands-on-vcenter.ts'
import type { Portal } from '@berth/testing/portal-driver.ts'
import type { RunFile } from '@berth/testing/run-file.ts'
import { until } from '@berth/testing/until.ts'

export interface Troubles {
  operator: Portal
  run: RunFile
  vcenter: SoapClient
  /** A request that is held. */
  heldId: string
  /** Two VMs in use. */
  vmNames: readonly [string, string]
  /** Asks for another VM; answers its request. */
  ask(): Promise<string>
}

/** The whole page at once: scrolled, its header would lie over a section. */
const tall = { width: 1_280, height: 2_400 }
const margin = 16

/** What Operations shows of requests that failed, of VMs that people changed in vCenter, and of a site in maintenance. */
export async function takeTroublePictures(troubles: Troubles, folder: string): Promise<string[]> {
  const { operator, run, vcenter, heldId, vmNames, ask } = troubles
  const files: string[] = []
  await operator.page.setViewportSize(tall)
  const picture = async (section: string, text: string) => {
    const region = operator.region(section)
    await region.getByText(text).first().waitFor()
    const file = path.join(folder, `operations-${section.toLowerCase()}.png`)
    const { x, y, width, height } = (await region.boundingBox()) ?? { x: 0, y: 0, ...tall }
    const clip = { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin }
    await operator.page.screenshot({ path: file, clip })
    files.push(file)
  }
  const hands = apiDriver(run.portalUrl, run.tokens.operator)

  const { body: held } = await hands.call('getVmRequest', { params: { id: heldId } })
  await hands.call('operatorDecision', {
    params: { id: heldId },
    body: { step: 'clone', attempt: held.hold?.attempt ?? 1, action: 'abort', reason: 'The build team has this name' },
  })
  await picture('Failed', held.vmName)

  const [gone, renamed] = vmNames
  await destroyRunningVm(vcenter, gone)
  await renameVm(vcenter, renamed, `${renamed}-old`)
  const { id: site = '' } = run.sites[0] ?? {}
  await until('both findings', async () => (await hands.call('listFindings')).body.items.length >= 2, 60)
  await picture('Findings', gone)

  await hands.call('beginMaintenance', { params: { id: site }, body: { reason: 'New storage' } })
  await ask()
  await until('what waits', async () => (await hands.call('listWaiting')).body.items.length > 0, 60)
  await picture('Waiting', 'New storage')
  return files
}

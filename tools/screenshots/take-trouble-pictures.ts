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

/**
 * What Operations shows of requests that failed, of VMs that people changed in vCenter, of a site in maintenance, of an
 * agent that is silent and of a vCenter that does not answer.
 */
export async function takeTroublePictures(troubles: Troubles, folder: string): Promise<string[]> {
  const { operator, run, vcenter, heldId, vmNames, ask } = troubles
  const files: string[] = []
  await operator.page.setViewportSize(tall)
  const picture = async (section: string, text: string, name = section.toLowerCase()) => {
    const region = operator.region(section)
    await region.getByText(text).first().waitFor()
    const file = path.join(folder, `operations-${name}.png`)
    const { x, y, width, height } = (await region.boundingBox()) ?? { x: 0, y: 0, ...tall }
    const clip = { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin }
    await operator.page.screenshot({ path: file, clip })
    files.push(file)
  }
  const hands = apiDriver(run.portalUrl, run.tokens.operator)

  const pictureOfWaiting = async (text: string, name?: string) => {
    const isTold = async () =>
      (await hands.call('listWaiting')).body.items.some(({ sentence }) => sentence.includes(text))
    await until(`“${text}” to be told`, isTold, 120)
    await picture('Waiting', text, name)
  }

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
  await pictureOfWaiting('New storage')

  const [agent, vcenterProcess] = [run.pids.agents[0], run.pids.vcenters[0]]
  if (agent === undefined || vcenterProcess === undefined) throw new Error('the demo has no agent, or no vCenter')
  await frozen(agent, async () => {
    await hands.call('endMaintenance', { params: { id: site } })
    await pictureOfWaiting('is silent', 'agent-silent')
  })
  await until('nothing to wait', async () => (await hands.call('listWaiting')).body.items.length === 0, 60)
  await frozen(vcenterProcess, async () => {
    await ask()
    await pictureOfWaiting('vCenter does not answer', 'vcenter-silent')
  })
  return files
}

/** A process that is there, and does nothing. */
async function frozen(pid: number, work: () => Promise<unknown>): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  try {
    await work()
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}

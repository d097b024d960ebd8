import { startVcsim, type Vcsim, type VcsimOptions } from '@berth/testing/vcsim.ts'
import { createVsphereVcenter, type VsphereVcenter } from '../vsphere-vcenter.ts'
import { startLossyProxy, type LossyProxy } from './lossy-proxy.ts'
import { vcsimUnderTest } from './vcsim-under-test.ts'

/** A simulator that the agent's port reaches through a proxy, and everybody else directly. An attempt ends with a lost answer. */
export interface VcsimBehindProxy {
  vcsim: Vcsim
  proxy: LossyProxy
  port: VsphereVcenter
  byHand: ReturnType<typeof vcsimUnderTest>
  stop(): Promise<void>
}

export async function startVcsimBehindProxy(options: VcsimOptions = {}): Promise<VcsimBehindProxy> {
  const vcsim = await startVcsim(options)
  const byHand = vcsimUnderTest(vcsim)
  const proxy = await startLossyProxy(vcsim.url)
  const { username, password } = vcsim
  const port = createVsphereVcenter({ url: proxy.url, username, password, lateCallSeconds: 0 })
  return {
    ...{ vcsim, proxy, port, byHand },
    async stop() {
      await port.close()
      await proxy.stop()
      await byHand.stop()
    },
  }
}

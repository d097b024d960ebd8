import { setTimeout as pause } from 'node:timers/promises'
import { clonesUnderWay } from '@berth/agent-worker/vcenter/clones-under-way.ts'
import { findByInventoryPath } from '@berth/agent-worker/vcenter/inventory.ts'
import { createSoapClient, type SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import type { Settings } from '../start/settings.ts'
import { vcenterUrl } from '../start/site.ts'

const looksEveryMilliseconds = 1_000

/** Counts the clones that run at all vCenters together, as these say, and answers the most that it saw. */
export function watchClones({ sites }: Settings): { stop(): Promise<number> } {
  const clients = sites.map(({ simulatorPort, username, password }) =>
    createSoapClient({ url: vcenterUrl(simulatorPort), username, password, userAgent: 'berth-bench' }),
  )
  let most = 0
  let stopped = false
  const watching = (async () => {
    while (!stopped) {
      const counts = await Promise.all(clients.map(clonesOfTemplate))
      most = Math.max(
        most,
        counts.reduce((sum, count) => sum + count, 0),
      )
      await pause(looksEveryMilliseconds)
    }
  })()
  return {
    async stop() {
      stopped = true
      await watching.finally(() => Promise.all(clients.map((client) => client.close())))
      return most
    },
  }
}

async function clonesOfTemplate(client: SoapClient): Promise<number> {
  const template = await findByInventoryPath(client, '/DC0/vm/templates/ubuntu-24-04')
  return template === undefined ? 0 : (await clonesUnderWay(client, template.value)).length
}

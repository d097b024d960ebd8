import { violations } from '@berth/testing/invariants.ts'
import type { Mail } from '@berth/testing/invariants/evidence.ts'
import { disksWithoutVm, guestAnswers } from '@berth/testing/left-behind.ts'
import { until } from '@berth/testing/until.ts'
import type { RunningBerth } from './running-berth.ts'
import { vmEvents } from '@berth/testing/vm-events.ts'
import { vmsInVcenter } from '@berth/testing/vms-in-vcenter.ts'
import { requestsWithWorkflow, workflowsNow } from '@berth/testing/workflows-now.ts'

/** How late anything may be while journeys kill, pause and hold what it needs. */
const boundSeconds = 120

/**
 * Ends every journey. Others go on meanwhile, and vCenter and the database cannot be read at one instant: what is
 * broken stays broken, what is only under way is gone at the next look.
 */
export async function invariantsHold({ run, vcenter, database, temporal }: RunningBerth): Promise<void> {
  let found: string[] = []
  await until(
    'the invariants to hold',
    async () => {
      const vms = (await Promise.all(run.sites.map(({ id }) => vmsInVcenter(vcenter(id))))).flat()
      const events = (await Promise.all(run.sites.map(vmEvents))).flat()
      found = await violations({
        database,
        vms: vms.filter(({ markerRequestId }) => markerRequestId !== ''),
        events,
        workflows: await workflowsNow(database, temporal, await requestsWithWorkflow(temporal)),
        mails: async () => (await (await fetch(`${run.mailUrl}/messages`)).json()) as Mail[],
        disks: (await Promise.all(run.sites.map(({ id }) => disksWithoutVm(id, vcenter(id))))).flat(),
        guestAnswers,
        boundSeconds,
      })
      if (found.length > 0) throw new Error(found.join('; '))
      return true
    },
    20,
  )
}

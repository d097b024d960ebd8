import { violations } from '@berth/testing/invariants.ts'
import { until } from '@berth/testing/until.ts'
import type { RunningBerth } from './running-berth.ts'
import { vmEvents } from '@berth/testing/vm-events.ts'
import { vmsInVcenter } from '@berth/testing/vms-in-vcenter.ts'

/**
 * Ends every journey. Others go on meanwhile, and vCenter and the database cannot be read at one instant: what is
 * broken stays broken, what is only under way is gone at the next look.
 */
export async function invariantsHold({ run, vcenter, database }: RunningBerth): Promise<void> {
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
      })
      if (found.length > 0) throw new Error(found.join('; '))
      return true
    },
    20,
  )
}

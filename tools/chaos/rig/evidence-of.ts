import type { Evidence, Mail } from '@berth/testing/invariants/evidence.ts'
import { disksWithoutVm, guestAnswers } from '@berth/testing/left-behind.ts'
import { vmsInVcenter } from '@berth/testing/vms-in-vcenter.ts'
import { requestsWithWorkflow, workflowsNow } from '@berth/testing/workflows-now.ts'
import type { Rig } from './rig.ts'
import { sessionsAtOnce } from './sessions-at-once.ts'

/** All that the invariants want to see of a Berth under drill, as it is now. */
export async function evidenceOf(rig: Rig, boundSeconds: number): Promise<Evidence> {
  const { database, temporal, sites } = rig
  const vms = (await Promise.all(sites.map(({ vcenter }) => vmsInVcenter(vcenter)))).flat()
  const events = (await Promise.all(sites.map(({ recorder }) => recorder.events()))).flat()
  return {
    database,
    vms: vms.filter(({ markerRequestId }) => markerRequestId !== ''),
    events,
    mails: async () => (await (await fetch(`${rig.mailUrl}/messages`)).json()) as Mail[],
    workflows: await workflowsNow(database, temporal, await requestsWithWorkflow(temporal)),
    agents: agentSessions(rig),
    quotaSeen: rig.quota.worst(),
    disks: (await Promise.all(sites.map(({ id, vcenter }) => disksWithoutVm(id, vcenter)))).flat(),
    guestAnswers,
    boundSeconds,
  }
}

/** Each fault on the line to vCenter may cost a session, and so does the end of the agent or of the simulator. */
function agentSessions(rig: Rig): NonNullable<Evidence['agents']> {
  return rig.sites.flatMap(({ id, agents }) =>
    agents.map((agent) => {
      const line = rig.lines.vcenter.get(agent)
      const trace = line?.trace() ?? []
      const ends = rig.processes.killsOf(agent) + rig.processes.killsOf(`vcenter-${id}`)
      return {
        agent,
        logins: trace.filter(({ method }) => method === 'Login').length,
        faults: rig.plan.hitsOn('vcenter', agent) + (line?.cuts() ?? 0) + ends,
        sessionsAtOnce: sessionsAtOnce(trace),
      }
    }),
  )
}

import type { TracedCall } from '../proxies/vcenter-proxy.ts'
import type { Rig } from './rig.ts'

/** The calls by which an agent changes what a vCenter has. */
export const writes = [
  'CloneVM_Task',
  'ReconfigVM_Task',
  'PowerOnVM_Task',
  'PowerOffVM_Task',
  'ShutdownGuest',
  'Destroy_Task',
]

/** As they reached the proxy, whether or not vCenter heard them. */
export const writesOf = (rig: Rig, agent: string): TracedCall[] =>
  (rig.lines.vcenter.get(agent)?.trace() ?? []).filter(({ method }) => writes.includes(method))

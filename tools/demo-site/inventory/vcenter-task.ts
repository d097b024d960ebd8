import { setTimeout as pause } from 'node:timers/promises'
import type { SoapMethod } from '@berth/agent-worker/vcenter/element-order.ts'
import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import { morefKey } from '@berth/agent-worker/vcenter/managed-object.ts'
import { readProperties } from '@berth/agent-worker/vcenter/read-properties.ts'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { faultOf } from '@berth/agent-worker/vcenter/soap-fault.ts'

type TaskMethod = Extract<SoapMethod, `${string}_Task`>

/** Starts a vCenter task and waits for its result; throws SoapFault if it fails. */
export async function runTask<T = unknown>(
  client: SoapClient,
  method: TaskMethod,
  target: ManagedObjectReference,
  args: Readonly<Record<string, unknown>> = {},
): Promise<T> {
  const task = await client.call<ManagedObjectReference>(method, target, args)
  const paths = ['info.state', 'info.result', 'info.error']
  for (;;) {
    const info = (await readProperties(client, [{ obj: task, paths }])).get(morefKey(task))
    if (info?.['info.state'] === 'success') return info['info.result'] as T
    if (info?.['info.state'] === 'error') throw faultOf(method, info['info.error'])
    await pause(20)
  }
}

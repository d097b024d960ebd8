import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import type { GuestReport } from '../guest/guests.ts'
import { runTask } from './vcenter-task.ts'

/** Sets what VMware Tools would report; the simulator takes it as extraConfig and does not store it there. */
export async function reportGuest(
  client: SoapClient,
  vm: ManagedObjectReference,
  report: GuestReport | undefined,
): Promise<void> {
  const properties = {
    'guest.toolsStatus': report === undefined ? 'toolsNotRunning' : 'toolsOk',
    'guest.toolsRunningStatus': report === undefined ? 'guestToolsNotRunning' : 'guestToolsRunning',
    'guest.guestState': report === undefined ? 'notRunning' : 'running',
    'guest.hostName': report?.hostName ?? '',
    'guest.ipAddress': report?.address ?? '',
  }
  const extraConfig = Object.entries(properties).map(([path, value]) => ({ key: `SET.${path}`, value }))
  await runTask(client, 'ReconfigVM_Task', vm, { spec: { extraConfig } })
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { findByInventoryPath } from '@berth/agent-worker/vcenter/inventory.ts'
import { moref } from '@berth/agent-worker/vcenter/managed-object.ts'
import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import { createSoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { createUpdateStream } from '@berth/agent-worker/vcenter/update-stream.ts'
import type { UpdateStream } from '@berth/agent-worker/vcenter/update-stream.ts'
import { runTask } from '@berth/agent-worker/vcenter/vcenter-task.ts'
import type { PlacementRules } from '@berth/domain/placement.ts'
import { testConfiguration } from './config.ts'
import type { TaskDelays } from './task-delays.ts'

/** A client and its stream: all that preparing a simulated site needs. */
export interface VcenterAccess {
  client: SoapClient
  stream: UpdateStream
}

export interface VcsimOptions {
  taskDelays?: TaskDelays
  hosts?: number
  datastores?: number
  /** Somebody else's, in the datacenter's own folder; the first becomes the template. */
  vms?: number
}

export interface Vcsim {
  url: string
  username: string
  password: string
  pid: number
  rules: PlacementRules
  access: VcenterAccess
  stop(): Promise<void>
}

const username = 'berth-agent'
const password = 'secret <&> "quoted"'

/** Where stock inventory names of one datacenter and one cluster are. */
export const vcsimInventory = {
  vmFolderPath: '/DC0/vm',
  resourcePoolPath: '/DC0/host/DC0_C0/Resources',
  datastoreName: (index: number) => `LocalDS_${index}`,
  networkName: 'DC0_DVPG0',
  /** The stock VM that becomes the first template. */
  vmPath: (index: number) => `/DC0/vm/DC0_C0_RP0_VM${index}`,
} as const

/** A host brings each datastore a TiB, and a stock VM has a disk of 10 GiB: half of it stays free. */
const vmsPerHost = 50

/** The simulator's command line: one datacenter, one cluster, `vms` powered-off VMs to make templates of. */
export function vcsimArguments(
  { taskDelays = {}, hosts, datastores = 2 }: VcsimOptions,
  site: { listen: string; username: string; password: string; vms: number },
): string[] {
  const hostCount = hosts ?? 2 + Math.floor(site.vms / vmsPerHost)
  // Without LockHandoff:0 a delayed vCenter task holds its VM's lock, and everybody who reads it waits.
  const delays = Object.entries({ ...taskDelays, LockHandoff: 0 }).map(([name, delay]) => `${name}:${delay}`)
  return [
    ...['-l', site.listen, '-tls=false', '-username', site.username, '-password', site.password],
    ...['-dc', '1', '-cluster', '1', '-host', `${hostCount}`, '-standalone-host', '0', '-ds', `${datastores}`],
    ...['-pg', '1', '-vm', `${site.vms}`, '-autostart=false', '-api-version', '8.0.3.0'],
    ...['-method-delay', delays.join(','), '-stdinexit'],
  ]
}

/** A simulator of the test's own, with a managed folder `berth` and a template `ubuntu-24-04`; it ends with the test. */
export async function startVcsim(options: VcsimOptions = {}): Promise<Vcsim> {
  const site = { listen: '127.0.0.1:0', username, password, vms: options.vms ?? 1 }
  const child = spawn(testConfiguration.vcsimBinary(), vcsimArguments(options, site), {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const url = await addressFrom(child.stdout)
  const client = createSoapClient({ url, username, password })
  const access = { client, stream: createUpdateStream(client) }
  await createManagedFolder(access, vcsimInventory.vmFolderPath, 'berth')
  await makeTemplate(access, vcsimInventory.vmPath(0), 'ubuntu-24-04')
  return {
    ...{ url, username, password, access },
    pid: child.pid ?? 0,
    rules: {
      templatePath: `${vcsimInventory.vmFolderPath}/ubuntu-24-04`,
      folderPath: `${vcsimInventory.vmFolderPath}/berth`,
      resourcePoolPath: vcsimInventory.resourcePoolPath,
      datastores: [vcsimInventory.datastoreName(0), vcsimInventory.datastoreName(1)],
      networks: [vcsimInventory.networkName],
    },
    async stop() {
      access.stream.close(new Error('the simulator was stopped'))
      await client.close()
      const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
      child.kill('SIGTERM')
      await exited
    },
  }
}

/** The folder that all VMs of a site live below; there already is fine. */
export async function createManagedFolder(
  { client }: VcenterAccess,
  parentPath: string,
  name: string,
): Promise<ManagedObjectReference> {
  const existing = await findByInventoryPath(client, `${parentPath}/${name}`)
  return existing ?? (await client.call('CreateFolder', await existingObject(client, parentPath), { name }))
}

/** Renames a stock VM and marks it as a template; done already is fine. */
export async function makeTemplate({ client, stream }: VcenterAccess, vmPath: string, name: string): Promise<void> {
  const templatePath = `${vmPath.slice(0, vmPath.lastIndexOf('/'))}/${name}`
  if ((await findByInventoryPath(client, templatePath)) !== undefined) return
  const vm = await existingObject(client, vmPath)
  await runTask(client, stream, 'Rename_Task', vm, { newName: name })
  await client.call('MarkAsTemplate', vm)
}

/** What a guest with VMware Tools reports; the simulator never clears it by itself. */
export async function setGuestAddress(
  { client, stream }: VcenterAccess,
  vmMoid: string,
  address: string,
  hostName?: string,
): Promise<void> {
  const extraConfig = [
    { key: 'SET.guest.toolsRunningStatus', value: address === '' ? 'guestToolsNotRunning' : 'guestToolsRunning' },
    ...(hostName === undefined ? [] : [{ key: 'SET.guest.hostName', value: hostName }]),
    { key: 'SET.guest.ipAddress', value: address },
  ]
  await runTask(client, stream, 'ReconfigVM_Task', moref('VirtualMachine', vmMoid), { spec: { extraConfig } })
}

async function existingObject(client: SoapClient, path: string): Promise<ManagedObjectReference> {
  const found = await findByInventoryPath(client, path)
  if (found === undefined) throw new Error(`there is nothing at ${path}`)
  return found
}

/** The simulator's first line is `export GOVC_URL=http://user:password@host:port/sdk …`. */
export async function addressFrom(stdout: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stdout })) {
    const url = /GOVC_URL=(\S+)/.exec(line)?.[1]
    if (url === undefined) continue
    const { origin, pathname } = new URL(url)
    return `${origin}${pathname}`
  }
  throw new Error('the simulator ended before it was listening')
}

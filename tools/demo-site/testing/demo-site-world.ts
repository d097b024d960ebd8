import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { findByInventoryPath } from '@berth/agent-worker/vcenter/inventory.ts'
import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import { readProperty } from '@berth/agent-worker/vcenter/read-properties.ts'
import { createSoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { createUpdateStream } from '@berth/agent-worker/vcenter/update-stream.ts'
import { runTask as runStreamedTask } from '@berth/agent-worker/vcenter/vcenter-task.ts'
import { testConfiguration } from '@berth/testing/config.ts'
import { vcsimArguments } from '@berth/testing/vcsim.ts'
import type { StoredVm } from '../stored-vm.ts'
import { keepSite } from '../keep-site.ts'
import { runTask } from '../inventory/vcenter-task.ts'

const access = { username: 'demo', password: 'a "password" & more' }
const managed = (name: string) => `/DC0/vm/berth/${name}`
type Device = Record<string, unknown>

export type DemoSiteWorld = Awaited<ReturnType<typeof demoSiteWorld>>

/** A demo site with a simulator that can be killed, and a client that comes through the public port as an agent does. */
export async function demoSiteWorld() {
  const home = await mkdtemp(join(tmpdir(), 'berth-demo-site-'))
  const [simulatorPort, publicPort, portBase] = [await freePort(), await freePort(), await freePort()]
  const url = (port: number) => `http://127.0.0.1:${port}/sdk`
  const client = createSoapClient({ url: url(publicPort), ...access })
  let simulator: ChildProcess | undefined
  let site: { stop: AbortController; ended: Promise<void> } | undefined

  const find = (path: string) => findByInventoryPath(client, path)
  const existing = async (path: string): Promise<ManagedObjectReference> => {
    const found = await find(path)
    if (found === undefined) throw new Error(`there is no ${path}`)
    return found
  }
  const read = async (path: string, property: string) => readProperty(client, await existing(path), property)
  const devices = async (name: string) => (await read(managed(name), 'config.hardware.device')) as Device[]
  const diskOf = async (name: string) => (await devices(name)).find((device) => device['capacityInKB'] !== undefined)

  const world = {
    find,
    read,
    /** To the simulator itself. */
    directly: () => createSoapClient({ url: url(simulatorPort), ...access }),
    async startSimulator() {
      const listen = `127.0.0.1:${simulatorPort}`
      const args = vcsimArguments({}, { listen, ...access, vms: 1 })
      simulator = spawn(testConfiguration.vcsimBinary(), args, { stdio: ['pipe', 'pipe', 'inherit'] })
      await once(simulator.stdout as NodeJS.ReadableStream, 'data')
    },
    async killSimulator() {
      const exited = simulator && once(simulator, 'exit')
      simulator?.kill('SIGKILL')
      await exited
      simulator = undefined
    },
    async startSite({ forgetVms = false } = {}) {
      const stop = new AbortController()
      const vcsim = { url: url(simulatorPort), ...access }
      const config = { siteId: 'demo', home, vcsim, publicPort, portBase, guestBootSeconds: 0, forgetVms }
      let ended: Promise<void> | undefined
      await new Promise<void>((opened, failed) => {
        ended = keepSite(config, stop.signal, opened)
        ended.catch(failed)
      })
      site = { stop, ended: ended as Promise<void> }
    },
    async stopSite() {
      site?.stop.abort()
      await site?.ended
      site = undefined
    },
    async clone(
      template: string,
      { name, instanceUuid, extraConfig }: { name: string; instanceUuid: string; extraConfig: Record<string, string> },
    ) {
      const source = await existing(`/DC0/vm/templates/${template}`)
      await runTask(client, 'CloneVM_Task', source, {
        folder: await existing('/DC0/vm/berth'),
        name,
        spec: {
          location: { pool: await existing('/DC0/host/DC0_C0/Resources') },
          template: false,
          config: {
            instanceUuid,
            numCPUs: 2,
            memoryMB: 4096,
            extraConfig: Object.entries(extraConfig).map(([key, value]) => ({ key, value })),
          },
          powerOn: false,
        },
      })
    },
    async powerOn(name: string) {
      await runTask(client, 'PowerOnVM_Task', await existing(managed(name)))
    },
    /** Powers on as an agent does, and kills the simulator in the moment that the stream says it is done. */
    async powerOnThenKill(name: string) {
      const stream = createUpdateStream(client)
      try {
        await runStreamedTask(client, stream, 'PowerOnVM_Task', await existing(managed(name)))
        await world.killSimulator()
      } finally {
        stream.close(new Error('the test is over'))
      }
    },
    async shutDownGuest(name: string) {
      await client.call('ShutdownGuest', await existing(managed(name)))
    },
    async growDisk(name: string, diskGiB: number) {
      const { _typeName, key, controllerKey, unitNumber, backing } = (await diskOf(name)) ?? {}
      const { _typeName: type, fileName, diskMode } = backing as Device
      const device = {
        ...{ _typeName, key, controllerKey, unitNumber, backing: { _typeName: type, fileName, diskMode } },
        ...{ capacityInKB: diskGiB * 1024 ** 2, capacityInBytes: diskGiB * 1024 ** 3 },
      }
      const spec = { deviceChange: [{ operation: 'edit', device }] }
      await runTask(client, 'ReconfigVM_Task', await existing(managed(name)), { spec })
    },
    /** Not through the public port: that is closed when the keeper is down. */
    async destroyBehindTheKeeper(name: string) {
      const direct = world.directly()
      const vm = await findByInventoryPath(direct, managed(name))
      if (vm !== undefined) await runTask(direct, 'Destroy_Task', vm)
      await direct.close()
    },
    async addressOf(name: string): Promise<string> {
      return world.eventually(async () => {
        const address = await read(managed(name), 'guest.ipAddress')
        if (typeof address !== 'string' || address === '') throw new Error(`${name} has no address yet`)
        return address
      })
    },
    /** All that must survive the simulator. */
    async portrait(name: string) {
      const extraConfig = (await read(managed(name), 'config.extraConfig')) as { key: string; value: string }[]
      const card = (await devices(name)).find((device) => device['macAddress'] !== undefined)
      return {
        instanceUuid: await read(managed(name), 'config.instanceUuid'),
        biosUuid: await read(managed(name), 'config.uuid'),
        guestId: await read(managed(name), 'config.guestId'),
        extraConfig: Object.fromEntries(extraConfig.map(({ key, value }) => [key, value])),
        vCpu: Number(await read(managed(name), 'config.hardware.numCPU')),
        memoryMiB: Number(await read(managed(name), 'config.hardware.memoryMB')),
        diskGiB: Number((await diskOf(name))?.['capacityInKB']) / 1024 ** 2,
        macAddress: card?.['macAddress'],
        network: card?.['backing'],
        powerState: await read(managed(name), 'runtime.powerState'),
        address: await read(managed(name), 'guest.ipAddress'),
        hostName: await read(managed(name), 'guest.hostName'),
      }
    },
    /** Waits until the keeper has on disk what the simulator has: what comes later than that may be lost in a crash. */
    async remembered(names: string[]) {
      await world.eventually(async () => {
        const { vms } = JSON.parse(await readFile(join(home, 'sites/demo/vms.json'), 'utf8')) as { vms: StoredVm[] }
        for (const name of names) {
          const stored = vms.find((vm) => vm.name === name)
          const disk = Number((await diskOf(name))?.['capacityInKB'])
          const powerState = await read(managed(name), 'runtime.powerState')
          if (stored?.diskKiB[0] !== disk || stored.poweredOn !== (powerState === 'poweredOn'))
            throw new Error(`${name} is not remembered yet`)
        }
      })
    },
    async eventually<T>(look: () => Promise<T>): Promise<T> {
      const giveUpAt = Date.now() + 30_000
      for (;;) {
        try {
          return await look()
        } catch (error) {
          if (Date.now() > giveUpAt) throw error
          await pause(50)
        }
      }
    },
    async end() {
      await client.close()
      await world.stopSite()
      await world.killSimulator()
      await rm(home, { recursive: true })
    },
  }
  return world
}

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

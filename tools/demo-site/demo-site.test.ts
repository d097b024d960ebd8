import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { VcenterUnreachable } from '@berth/agent-worker/vcenter/soap-fault.ts'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { prepareInventory } from './inventory/demo-inventory.ts'
import { demoSiteWorld } from './testing/demo-site-world.ts'
import type { DemoSiteWorld } from './testing/demo-site-world.ts'
import { sshKeyPair } from './testing/ssh-key-pair.ts'
import { sshRun } from './testing/ssh-run.ts'

let world: DemoSiteWorld

beforeEach(async () => {
  world = await demoSiteWorld()
  await world.startSimulator()
})

afterEach(async () => {
  await world.end()
})

const ada = sshKeyPair()
const eve = sshKeyPair()

const order = (name = 'web-1') => ({
  name,
  instanceUuid: randomUUID(),
  extraConfig: {
    'berth.requestId': 'a <request> & "more"',
    'guestinfo.metadata': JSON.stringify({ 'local-hostname': name }),
    'guestinfo.userdata': Buffer.from(
      `#cloud-config\n${JSON.stringify({ users: [{ name: 'ada', ssh_authorized_keys: [ada.public] }] })}`,
    ).toString('base64'),
    'guestinfo.userdata.encoding': 'base64',
  },
})

describe('the inventory of a demo site', () => {
  test('has the templates and the managed folder, also when the site is started twice', async () => {
    await world.startSite()
    await world.stopSite()
    await world.startSite()
    for (const name of ['ubuntu-24-04', 'debian-13', 'windows-2022']) {
      expect(await world.read(`/DC0/vm/templates/${name}`, 'config.template')).toBe(true)
    }
    expect(await world.read('/DC0/vm/berth', 'name')).toBe('berth')
  })

  test('clones its templates side by side, so that slow clones do not add up', async () => {
    const client = world.directly()
    const all = Promise.withResolvers<void>()
    let begun = 0
    const call: SoapClient['call'] = async (method, ...rest) => {
      if (method === 'CloneVM_Task') {
        begun += 1
        if (begun === 3) all.resolve()
        await all.promise
      }
      return client.call(method, ...rest)
    }
    const { templates } = await prepareInventory({ ...client, call })
    expect(templates).toHaveLength(3)
    await client.close()
  })
})

describe('a guest', () => {
  test('reports address, host name and running tools, and lets in exactly the user and key of its user data', async () => {
    await world.startSite()
    await world.clone('ubuntu-24-04', order())
    await world.powerOn('web-1')
    const host = await world.addressOf('web-1')

    expect(host).toMatch(/^127\./)
    expect(await world.read('/DC0/vm/berth/web-1', 'guest.hostName')).toBe('web-1')
    expect(await world.read('/DC0/vm/berth/web-1', 'guest.toolsRunningStatus')).toBe('guestToolsRunning')
    expect(await sshRun({ host, username: 'ada', privateKey: ada.private }, 'hostname')).toEqual({
      output: 'web-1\n',
      exitCode: 0,
    })
    const release = await sshRun({ host, username: 'ada', privateKey: ada.private }, 'cat /etc/os-release')
    expect(release.output).toContain('ID=ubuntu')
    await expect(sshRun({ host, username: 'ada', privateKey: eve.private }, 'hostname')).rejects.toThrow(
      'authentication',
    )
    await expect(sshRun({ host, username: 'root', privateKey: ada.private }, 'whoami')).rejects.toThrow(
      'authentication',
    )
  })

  test('has no address and no SSH once its virtual machine is powered off, and the same address when on again', async () => {
    await world.startSite()
    await world.clone('debian-13', order())
    await world.powerOn('web-1')
    const host = await world.addressOf('web-1')

    await world.shutDownGuest('web-1')
    await world.eventually(async () => {
      expect(await world.read('/DC0/vm/berth/web-1', 'guest.ipAddress')).toBeUndefined()
      expect(await world.read('/DC0/vm/berth/web-1', 'guest.toolsRunningStatus')).toBe('guestToolsNotRunning')
    })
    await expect(sshRun({ host, username: 'ada', privateKey: ada.private }, 'hostname')).rejects.toThrow('ECONNREFUSED')

    await world.powerOn('web-1')
    expect(await world.addressOf('web-1')).toBe(host)
  })
})

describe('after the simulator was killed', () => {
  test('every virtual machine is there again as it was before anybody can look, and its guest ran on', async () => {
    await world.startSite()
    const { instanceUuid, extraConfig } = order()
    await world.clone('ubuntu-24-04', { name: 'web-1', instanceUuid, extraConfig })
    await world.powerOn('web-1')
    const host = await world.addressOf('web-1')
    await world.growDisk('web-1', 40)
    await world.clone('debian-13', order('db-1'))
    const before = await world.portrait('web-1')
    await world.remembered(['web-1', 'db-1'])

    await world.killSimulator()
    await expect(world.portrait('web-1')).rejects.toThrow(VcenterUnreachable)
    await world.startSimulator()
    await world.eventually(() => world.read('/DC0', 'name'))

    expect(await world.portrait('web-1')).toEqual(before)
    expect(before).toMatchObject({ instanceUuid, extraConfig, powerState: 'poweredOn', address: host, diskGiB: 40 })
    expect(await world.read('/DC0/vm/berth/db-1', 'runtime.powerState')).toBe('poweredOff')
    expect((await sshRun({ host, username: 'ada', privateKey: ada.private }, 'whoami')).output).toBe('ada\n')
  })

  test('the virtual machines are there also if the keeper was down meanwhile', async () => {
    await world.startSite()
    await world.clone('ubuntu-24-04', order())
    await world.powerOn('web-1')
    const address = await world.addressOf('web-1')
    await world.stopSite()
    await world.killSimulator()

    await world.startSimulator()
    await world.startSite()
    expect(await world.portrait('web-1')).toMatchObject({ powerState: 'poweredOn', address })
  })

  test('what a client was told is still true, however soon the simulator dies', async () => {
    await world.startSite()
    for (const round of [1, 2, 3]) {
      await world.clone('ubuntu-24-04', order(`web-${round}`))
      await world.powerOnThenKill(`web-${round}`)
      await world.startSimulator()
      await world.eventually(() => world.read('/DC0', 'name'))
      expect(await world.read(`/DC0/vm/berth/web-${round}`, 'runtime.powerState')).toBe('poweredOn')
    }
  })

  test('they have vanished if the drill says so', async () => {
    await world.startSite({ forgetVms: true })
    await world.clone('ubuntu-24-04', order())
    await world.remembered(['web-1'])

    await world.killSimulator()
    await world.startSimulator()
    await world.eventually(() => world.read('/DC0/vm/berth', 'name'))
    expect(await world.find('/DC0/vm/berth/web-1')).toBeUndefined()
  })
})

test('a virtual machine that was destroyed while only the keeper was down stays destroyed', async () => {
  await world.startSite()
  await world.clone('ubuntu-24-04', order())
  await world.remembered(['web-1'])
  await world.stopSite()
  await world.destroyBehindTheKeeper('web-1')

  await world.startSite()
  expect(await world.find('/DC0/vm/berth/web-1')).toBeUndefined()
})

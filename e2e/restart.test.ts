import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { apiDriver } from '@berth/testing/api-driver.ts'
import { readRunFile } from '@berth/testing/run-file.ts'
import { until } from '@berth/testing/until.ts'
import { requestIn } from './life-of.ts'
import { invariantsHold } from './invariants-hold.ts'
import { ownBerth, type OwnBerth } from './own-berth.ts'
import { runningBerth } from './running-berth.ts'
import { newKeyPair, sshRun } from './ssh-login.ts'

const key = newKeyPair('restart@laptop')

let berth: OwnBerth
let first: VmRequest

const developer = async () => {
  const { portalUrl, tokens } = await readRunFile(berth.home)
  return apiDriver(portalUrl, tokens.developer)
}

async function newVm(): Promise<VmRequest> {
  const { body } = await (
    await developer()
  ).call('createVmRequest', {
    body: {
      catalogItemId: 'ubuntu-24-04',
      sizeId: 'small',
      leaseSeconds: 3_600,
      purpose: 'Outlive a restart',
      sshPublicKeys: [key.publicKey],
    },
  })
  return requestIn(await developer(), body.id, 'active')
}

/** Logs in as the requester's `ssh` line says; after a start the guest needs a moment. */
const letsIn = ({ ssh, vmName }: VmRequest): Promise<true> =>
  until(`${vmName} to let its owner in`, async () => {
    if (ssh === undefined) throw new Error('it has no ssh line')
    return (await sshRun(ssh, key, 'hostname')) === vmName && true
  })

async function isAsBefore(vm: VmRequest): Promise<void> {
  const { body } = await (await developer()).call('getVmRequest', { params: { id: vm.id } })
  expect([body.state, body.leaseEndsAt, body.ssh]).toEqual(['active', vm.leaseEndsAt, vm.ssh])
  await letsIn(vm)
}

beforeAll(async () => {
  berth = await ownBerth()
  await berth.start()
})

afterAll(async () => {
  await berth?.remove()
})

test('after Ctrl-C nothing is left running, and the next start finds the VM and its ssh line', async () => {
  first = await newVm()
  await letsIn(first)
  expect(await berth.interrupt()).toBe(0)
  expect(await berth.leftRunning()).toEqual([])
  await expect(readRunFile(berth.home)).rejects.toThrow(/ENOENT/)
  await berth.start()
  await isAsBefore(first)
})

test('after a kill -9 of the supervisor the next start finds everything, and goes on', async () => {
  await berth.kill()
  await berth.start()
  await isAsBefore(first)
  await letsIn(await newVm())
  const whole = await runningBerth(berth.home)
  await invariantsHold(whole).finally(() => whole.close())
  expect(await berth.interrupt()).toBe(0)
  expect(await berth.leftRunning()).toEqual([])
})

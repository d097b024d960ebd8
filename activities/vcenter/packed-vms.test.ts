import { randomUUID } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { packVms, unpackVms } from './packed-vms.ts'
import type { OwnedVm } from './vcenter-port.ts'

const aVm = (number: number): OwnedVm => {
  const instanceUuid = randomUUID()
  return {
    moid: `vm-${number}`,
    name: `platform-developer-ubuntu-24-04-${number}`,
    instanceUuid,
    markerInstallationId: 'berth',
    markerRequestId: instanceUuid,
    poweredOn: true,
    inFolder: true,
    folderMoid: 'group-v42',
    address: `10.20.${number >> 8}.${number & 255}`,
    addresses: [`10.20.${number >> 8}.${number & 255}`, `2001:db8::${number.toString(16)}`],
  }
}

test('ten thousand VMs are half a payload at most, and come out as they went in', async () => {
  const vms = Array.from({ length: 10_000 }, (_, number) => aVm(number))
  const listed = { vms, missingFolders: [], unreadable: [] }
  const packed = await packVms(listed)
  expect(packed.length).toBeLessThan(1_000_000)
  expect(JSON.stringify(vms).length).toBeGreaterThan(2_000_000)
  await expect(unpackVms(packed)).resolves.toEqual(listed)
})

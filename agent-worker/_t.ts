import { createSoapClient } from './vcenter/soap-client.ts'
import { readProperties, readPropertiesBelow } from './vcenter/read-properties.ts'
import { findByInventoryPath } from './vcenter/inventory.ts'
const client = createSoapClient({
  url: process.argv[2]!,
  username: 'u',
  password: 'p',
  onCall: (m) => console.log('->', m),
})
const c = await client.serviceContent()
console.log(c.about)
const vms = await readPropertiesBelow(client, c.rootFolder, 'VirtualMachine', [
  'name',
  'config.template',
  'config.hardware.device',
  'disabledMethod',
  'guest.net',
  'config.extraConfig',
])
console.log(JSON.stringify([...vms].slice(0, 1), null, 1))
for (const p of [
  '/DC0/vm',
  '/DC0/vm/DC0_C0_RP0_VM0',
  '/DC0/host/DC0_C0/Resources',
  '/DC0/host/DC0_C0',
  '/DC0/datastore/LocalDS_0',
  '/DC0/network/DC0_DVPG0',
  '/DC0/network/VM Network',
  '/DC0/nope',
])
  console.log(p, await findByInventoryPath(client, p))
await client.close()

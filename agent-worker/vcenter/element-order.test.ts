import { describe, expect, test } from '@jest/globals'
import { fieldsOf, typeNames } from './element-order.ts'

const namesOf = (type: string) => fieldsOf(type).map(({ name }) => name)

/** From the WSDL, for what vCenter has been seen to refuse out of order: written again, not read from the table. */
const sequences: Record<string, string[]> = {
  Login: ['userName', 'password', 'locale'],
  CloneVM_Task: ['folder', 'name', 'spec'],
  RetrievePropertiesEx: ['specSet', 'options'],
  PropertyFilterSpec: ['propSet', 'objectSet', 'reportMissingObjectsInResults'],
  PropertySpec: ['type', 'all', 'pathSet'],
  ObjectSpec: ['obj', 'skip', 'selectSet'],
  TraversalSpec: ['name', 'type', 'path', 'skip', 'selectSet'],
  WaitOptions: ['maxWaitSeconds', 'maxObjectUpdates'],
  FindAllByUuid: ['datacenter', 'uuid', 'vmSearch', 'instanceUuid'],
  ModifyListView: ['add', 'remove'],
  SelectionSpec: ['name'],
  OptionValue: ['key', 'value'],
  VirtualDeviceConfigSpec: ['operation', 'fileOperation', 'device', 'profile', 'backing'],
}

describe('the table of element orders', () => {
  test.each(Object.entries(sequences))('%s has the order of the WSDL', (type, order) => {
    expect(namesOf(type)).toEqual(order)
  })

  test('a clone’s location, template and configuration come in this order', () => {
    expect(namesOf('VirtualMachineCloneSpec')).toEqual(
      expect.arrayContaining(['location', 'template', 'config', 'powerOn']),
    )
    const positions = ['location', 'template', 'config', 'powerOn'].map((name) =>
      namesOf('VirtualMachineCloneSpec').indexOf(name),
    )
    expect(positions).toEqual([...positions].sort((a, b) => a - b))
  })

  test('what Berth sets of a VM’s configuration comes in the order of the WSDL', () => {
    const sent = [
      'name',
      'instanceUuid',
      'annotation',
      'numCPUs',
      'numCoresPerSocket',
      'memoryMB',
      'deviceChange',
      'extraConfig',
    ]
    expect(namesOf('VirtualMachineConfigSpec').filter((name) => sent.includes(name))).toEqual(sent)
  })

  test('a device’s own members follow those of its base class', () => {
    const base = namesOf('VirtualDevice')
    expect(namesOf('VirtualVmxnet3').slice(0, base.length)).toEqual(base)
    expect(namesOf('VirtualVmxnet3').slice(base.length)).toEqual(['addressType', 'macAddress', 'wakeOnLanEnabled'])
    expect(namesOf('VirtualDisk').slice(base.length)).toEqual(['capacityInKB', 'capacityInBytes'])
  })

  test('every type that the table names is in the table', () => {
    const named = typeNames.flatMap((type) => fieldsOf(type).map((field) => field.type))
    const missing = named.filter((type) => type !== undefined && type !== 'any' && !typeNames.includes(type))
    expect(named.length).toBeGreaterThan(50)
    expect(missing).toEqual([])
  })
})

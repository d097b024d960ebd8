import { describe, expect, test } from '@jest/globals'
import { readBody } from './read-soap.ts'

const envelope = (content: string) =>
  `<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>${content}</soapenv:Body></soapenv:Envelope>`

const valueOf = (returnval: string) =>
  (readBody(envelope(`<XResponse xmlns="urn:vim25">${returnval}</XResponse>`)).value as { returnval: unknown })
    .returnval

describe('an answer', () => {
  test.each([
    ['vCenter’s prefix', 'xsi'],
    ['the simulator’s prefix', 'XMLSchema-instance'],
  ])('is typed by xsi:type with %s', (_whose, prefix) => {
    const typed = (type: string, text: string) => valueOf(`<returnval ${prefix}:type="${type}">${text}</returnval>`)
    expect(typed('xsd:int', '7')).toBe(7)
    expect(typed('xsd:boolean', 'false')).toBe(false)
    expect(typed('xsd:string', '7')).toBe('7')
    expect(typed('VirtualMachinePowerState', 'poweredOn')).toBe('poweredOn')
    expect(typed('ArrayOfString', '<string>a</string><string>b</string>')).toEqual(['a', 'b'])
    expect(typed('ArrayOfString', '')).toEqual([])
    expect(typed('NotAuthenticated', '')).toEqual({ _typeName: 'NotAuthenticated' })
  })

  test('tells references from objects, also typed ones', () => {
    expect(valueOf('<returnval type="VirtualMachine">vm-7</returnval>')).toEqual({
      type: 'VirtualMachine',
      value: 'vm-7',
    })
    expect(valueOf('<returnval type="Task" xsi:type="ManagedObjectReference">task-1</returnval>')).toEqual({
      type: 'Task',
      value: 'task-1',
    })
  })

  test('has arrays where one element may stand for many', () => {
    const one = valueOf(
      '<returnval><objects><obj type="Task">task-1</obj><propSet><name>n</name></propSet></objects></returnval>',
    )
    expect(one).toEqual({ objects: [{ obj: { type: 'Task', value: 'task-1' }, propSet: [{ name: 'n' }] }] })
  })

  test('has the addresses of each card as an array', () => {
    const nics = valueOf(
      '<returnval xsi:type="ArrayOfGuestNicInfo"><GuestNicInfo><ipAddress>10.0.0.1</ipAddress><deviceConfigId>4000</deviceConfigId></GuestNicInfo></returnval>',
    )
    expect(nics).toEqual([{ _typeName: 'GuestNicInfo', ipAddress: ['10.0.0.1'], deviceConfigId: '4000' }])
  })

  test('decodes entities once and keeps white space', () => {
    expect(valueOf('<returnval xsi:type="xsd:string"> &amp;lt; &#x41;&#66; &quot; </returnval>')).toBe(' &lt; AB " ')
  })

  test('with a document type definition is refused', () => {
    expect(() => readBody(`<!DOCTYPE x [<!ENTITY e "boo">]>${envelope('<a>&e;</a>')}`)).toThrow('document type')
  })

  test('that is no SOAP is refused', () => {
    expect(() => readBody('<html><body>502</body></html>')).toThrow('not a SOAP envelope')
    expect(() => readBody('')).toThrow('not a SOAP envelope')
  })
})

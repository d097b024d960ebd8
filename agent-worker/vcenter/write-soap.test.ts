import { describe, expect, test } from '@jest/globals'
import { moref, vmRef } from './managed-object.ts'
import { escapeXml, writeRequest } from './write-soap.ts'

const contentOf = (xml: string, element: string) => new RegExp(`<${element}[^>]*>(.*)</${element}>`).exec(xml)?.[1]

describe('a request', () => {
  test('has its elements in the table’s order, whatever the order of the object', () => {
    const xml = writeRequest('Login', moref('SessionManager', 'SessionManager'), {
      locale: 'en',
      password: 'p',
      userName: 'u',
    })
    expect(contentOf(xml, 'Login')).toBe(
      '<_this type="SessionManager">SessionManager</_this><userName>u</userName><password>p</password><locale>en</locale>',
    )
  })

  test('declares its namespaces on the method’s element', () => {
    const xml = writeRequest('PowerOnVM_Task', vmRef('vm-1'))
    expect(xml).toContain(
      '<PowerOnVM_Task xmlns="urn:vim25" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">',
    )
  })

  test('orders and types nested objects', () => {
    const xml = writeRequest('ReconfigVM_Task', vmRef('vm-1'), {
      spec: {
        extraConfig: [
          { value: 'x & y', key: 'a' },
          { key: 'b', value: true },
          { key: 'c', value: 7 },
        ],
        deviceChange: [{ device: { key: 4000, _typeName: 'VirtualVmxnet3' }, operation: 'edit' }],
        memoryMB: 1024,
      },
    })
    expect(contentOf(xml, 'spec')).toBe(
      '<memoryMB>1024</memoryMB>' +
        '<deviceChange><operation>edit</operation><device xsi:type="VirtualVmxnet3"><key>4000</key></device></deviceChange>' +
        '<extraConfig><key>a</key><value xsi:type="xsd:string">x &amp; y</value></extraConfig>' +
        '<extraConfig><key>b</key><value xsi:type="xsd:boolean">true</value></extraConfig>' +
        '<extraConfig><key>c</key><value xsi:type="xsd:int">7</value></extraConfig>',
    )
  })

  test('leaves out what is undefined', () => {
    const xml = writeRequest('FindAllByUuid', moref('SearchIndex', 'SearchIndex'), { uuid: 'u', datacenter: undefined })
    expect(xml).not.toContain('datacenter')
  })

  test('with a member that the table does not know is refused: vCenter would refuse it later', () => {
    expect(() => writeRequest('ReconfigVM_Task', vmRef('vm-1'), { spec: { memoryMib: 1 } })).toThrow(
      'VirtualMachineConfigSpec has no element memoryMib',
    )
  })

  test('cannot be broken out of by text', () => {
    expect(escapeXml(`</name><powerOn>true</powerOn>&"'`)).toBe(
      '&lt;/name&gt;&lt;powerOn&gt;true&lt;/powerOn&gt;&amp;&quot;&apos;',
    )
  })

  test('refuses characters that XML cannot carry', () => {
    expect(() => escapeXml('a\u0000b')).toThrow('XML cannot carry')
  })
})

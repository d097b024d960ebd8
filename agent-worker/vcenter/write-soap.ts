import { fieldsOf } from './element-order.ts'
import type { SoapMethod } from './element-order.ts'
import { isMoref } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'

/**
 * One request. The namespaces stand on the method's own element, with the literal prefixes xsi and xsd: the simulator
 * parses that element alone.
 */
export function writeRequest(
  method: SoapMethod,
  target: ManagedObjectReference,
  args: Readonly<Record<string, unknown>> = {},
): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>' +
    `<${method} xmlns="urn:vim25" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"` +
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema">' +
    writeElement('_this', target, undefined) +
    writeMembers(method, args) +
    `</${method}></soapenv:Body></soapenv:Envelope>`
  )
}

/** Members in the table's order, whatever the object's order. A member that the table does not know is a bug. */
function writeMembers(typeName: string, object: Readonly<Record<string, unknown>>): string {
  const fields = fieldsOf(typeName)
  const unknown = Object.keys(object).find((name) => name !== '_typeName' && !fields.some((f) => f.name === name))
  if (unknown !== undefined) throw new Error(`${typeName} has no element ${unknown} in the table of element orders`)
  return fields.map(({ name, type }) => writeElement(name, object[name], type)).join('')
}

function writeElement(name: string, value: unknown, type: string | undefined): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.map((member) => writeElement(name, member, type)).join('')
  if (isMoref(value)) return `<${name} type="${escapeXml(value.type)}">${escapeXml(value.value)}</${name}>`
  if (typeof value === 'object' && value !== null) return writeObject(name, value, type)
  const scalar = escapeXml(String(value))
  return type === 'any' ? `<${name} xsi:type="${xsdType(value)}">${scalar}</${name}>` : `<${name}>${scalar}</${name}>`
}

function writeObject(name: string, value: object, type: string | undefined): string {
  const ownType = '_typeName' in value ? String(value._typeName) : undefined
  const typeName = ownType ?? type
  if (typeName === undefined || typeName === 'any') throw new Error(`the value of ${name} does not say its type`)
  const attribute = ownType === undefined ? '' : ` xsi:type="${escapeXml(ownType)}"`
  return `<${name}${attribute}>${writeMembers(typeName, value as Record<string, unknown>)}</${name}>`
}

function xsdType(value: unknown): string {
  if (typeof value === 'boolean') return 'xsd:boolean'
  if (typeof value === 'number') return Number.isInteger(value) ? 'xsd:int' : 'xsd:double'
  return 'xsd:string'
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
}

/** XML 1.0 cannot carry most control characters at all, so they are refused and never dropped in silence. */
export function escapeXml(text: string): string {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text)) {
    throw new Error('the text contains a character that XML cannot carry')
  }
  return text.replace(/[&<>"'\r]/g, (character) => escapes[character] ?? character)
}

import { XMLParser } from 'fast-xml-parser'

/** Entities are decoded here and not by the parser, which would also define new ones: see `decode`. */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: false,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
})

/** Repeated elements that must be arrays even when there is one of them; XML alone does not tell. */
const arrays = new Set(
  (
    'objects propSet missingSet filterSet objectSet changeSet faultMessage deviceChange extraConfig ' +
    'ipRoute guestNicInfo session'
  ).split(' '),
)
/** The same, where the element's name alone would be ambiguous. */
const arraysIn: Record<string, readonly string[]> = {
  GuestNicInfo: ['ipAddress'],
  NetIpConfigInfo: ['ipAddress'],
  ModifyListViewResponse: ['returnval'],
  FindAllByUuidResponse: ['returnval'],
}

type XmlNode = Record<string, unknown>

/** One element of the answer: its local name and its value as plain objects. */
interface Read {
  name: string
  value: unknown
}

/**
 * The single child of the SOAP body. Values: text, `{ type, value }` for references, arrays for ArrayOf…, typed scalars
 * by xsi:type, and objects that carry xsi:type as `_typeName`. Text without xsi:type stays text, also digits.
 */
export function readBody(xml: string): Read {
  if (/<!DOCTYPE/i.test(xml)) throw new Error('the answer contains a document type definition')
  const envelope = childElements(parser.parse(xml) as XmlNode[]).find((node) => localName(node) === 'Envelope')
  const body = envelope && childrenOf(envelope).find((node) => localName(node) === 'Body')
  const content = body && childrenOf(body)[0]
  if (content === undefined) throw new Error('the answer is not a SOAP envelope with a body')
  return { name: localName(content), value: readObject(content, localName(content)) }
}

/** `expected`: the type that the surroundings give, such as the member type of an array. */
function readValue(node: XmlNode, expected?: string): unknown {
  const attributes = (node[':@'] ?? {}) as Record<string, string>
  const xsiType = xsiTypeOf(attributes)
  const typeName = xsiType?.slice(xsiType.indexOf(':') + 1) ?? expected
  const children = childrenOf(node)
  if (attributes['type'] !== undefined && children.length === 0) {
    return { type: decode(attributes['type']), value: textOf(node) }
  }
  if (typeName?.startsWith('ArrayOf')) return children.map((child) => readValue(child, localName(child)))
  if (children.length > 0) return readObject(node, typeName)
  return readText(textOf(node), typeName)
}

function readObject(node: XmlNode, typeName: string | undefined): Record<string, unknown> {
  const object: Record<string, unknown> = typeName === undefined ? {} : { _typeName: typeName }
  for (const child of childrenOf(node)) {
    const name = localName(child)
    const value = readValue(child)
    const isArray = arrays.has(name) || arraysIn[typeName ?? '']?.includes(name) === true
    const earlier = object[name]
    if (Array.isArray(earlier)) earlier.push(value)
    else if (earlier !== undefined) object[name] = [earlier, value]
    else object[name] = isArray && !Array.isArray(value) ? [value] : value
  }
  return object
}

function readText(text: string, typeName: string | undefined): unknown {
  switch (typeName) {
    case undefined:
    case 'string':
    case 'dateTime':
    case 'anyURI':
    case 'base64Binary':
      return text
    case 'boolean':
      return text === 'true' || text === '1'
    case 'byte':
    case 'short':
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      return Number(text)
    default:
      // An enum's text, or an object without members, such as most faults.
      return text.trim() === '' ? { _typeName: typeName } : text
  }
}

/** The simulator writes `XMLSchema-instance:type`, vCenter `xsi:type`: any prefix counts, only bare `type` does not. */
function xsiTypeOf(attributes: Record<string, string>): string | undefined {
  const name = Object.keys(attributes).find((attribute) => attribute.endsWith(':type'))
  return name === undefined ? undefined : attributes[name]
}

const childElements = (nodes: XmlNode[]): XmlNode[] => nodes.filter((node) => !('#text' in node))

function childrenOf(node: XmlNode): XmlNode[] {
  const content = node[tagOf(node)]
  return Array.isArray(content) ? childElements(content as XmlNode[]) : []
}

function textOf(node: XmlNode): string {
  const content = node[tagOf(node)] as XmlNode[]
  return content.map((part) => ('#text' in part ? decode(String(part['#text'])) : '')).join('')
}

const tagOf = (node: XmlNode): string => Object.keys(node).find((key) => key !== ':@') ?? ''

const localName = (node: XmlNode): string => {
  const tag = tagOf(node)
  return tag.slice(tag.indexOf(':') + 1)
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** XML's five entities and character references; one pass, so that decoded text is never decoded again. */
function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16))
    if (decimal !== undefined) return String.fromCodePoint(parseInt(decimal, 10))
    return entities[name ?? ''] ?? whole
  })
}

/** A fault that vCenter answered a call with, or that a vCenter task ended with. */
export class SoapFault extends Error {
  /** vSphere's fault type, such as `DuplicateName`: the only thing that decisions are made by. */
  readonly faultType: string
  /** The fault's own members. */
  readonly detail: Readonly<Record<string, unknown>>
  constructor(method: string, faultType: string, detail: Readonly<Record<string, unknown>>, said: string) {
    super(said === '' || said.startsWith('*types.') ? `${method}: ${faultType}` : `${method}: ${faultType}: ${said}`)
    this.name = 'SoapFault'
    this.faultType = faultType
    this.detail = detail
  }
}

/** No answer, or none that a vCenter gives: whether the call was carried out is unknown. */
export class VcenterUnreachable extends Error {
  constructor(method: string, reason: string, options?: ErrorOptions) {
    super(`${method}: ${reason}`, options)
    this.name = 'VcenterUnreachable'
  }
}

export const isFault = (error: unknown, ...faultTypes: string[]): error is SoapFault =>
  error instanceof SoapFault && faultTypes.includes(error.faultType)

/** A LocalizedMethodFault (`info.error` of a vCenter task, `missingSet[].fault`) as an error. */
export function faultOf(method: string, localized: unknown): SoapFault {
  const { fault, localizedMessage } = (localized ?? {}) as { fault?: unknown; localizedMessage?: unknown }
  const detail = (typeof fault === 'object' && fault !== null ? fault : {}) as Record<string, unknown>
  return new SoapFault(method, String(detail['_typeName'] ?? 'UnknownFault'), detail, String(localizedMessage ?? ''))
}

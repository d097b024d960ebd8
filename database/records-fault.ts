import type { FailureCode } from '@berth/domain/failures.ts'

/** What went wrong with a record, by a code of domain/failures.ts. */
export class RecordsFault extends Error {
  readonly code: FailureCode
  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RecordsFault'
    this.code = code
  }
}

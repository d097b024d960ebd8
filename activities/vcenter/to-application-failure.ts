import { ApplicationFailure } from '@temporalio/common'
import { failureClass, failureSentence } from '@berth/domain/failures.ts'
import { VcenterFault } from './vcenter-port.ts'

/** A VcenterFault as Temporal carries it; anything else is a bug or a cancellation and stays what it is. */
export function toApplicationFailure(failure: unknown): unknown {
  if (!(failure instanceof VcenterFault)) return failure
  const { code, message } = failure
  return ApplicationFailure.create({
    message: failureSentence(code, message),
    type: code,
    nonRetryable: failureClass(code) !== 'transient',
    details: [{ code, message }],
    cause: failure,
  })
}

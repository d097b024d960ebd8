import { ApplicationFailure } from '@temporalio/common'
import { failureClass, failureSentence, isFailureCode } from '@berth/domain/failures.ts'

/**
 * What a port threw, as it crosses Temporal: an error that carries a failure code becomes an ApplicationFailure of that
 * type, retried only if the code is transient. Everything else goes on as it is: a bug, or a broken connection.
 */
export function asApplicationFailure(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !isFailureCode(error.code)) return error
  return ApplicationFailure.create({
    type: error.code,
    message: failureSentence(error.code, error.message),
    nonRetryable: failureClass(error.code) !== 'transient',
    details: [{ code: error.code, message: error.message }],
    cause: error,
  })
}

/** Runs a port's method; its coded errors leave as ApplicationFailures. */
export const throughPort = <T>(call: () => Promise<T>): Promise<T> =>
  call().catch((error: unknown) => {
    throw asApplicationFailure(error)
  })

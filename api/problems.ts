import type { Issue, ProblemOf } from '@berth/contract/problem.ts'
import { problemCodes, type ProblemCode } from '@berth/contract/problem-codes.ts'
import { failureSentence, type FailureCode } from '@berth/domain/failures.ts'
import { fits, type QuotaLine } from '@berth/domain/quota.ts'
import { statesAllowing, type VmRequestAction, type VmRequestState } from '@berth/domain/vm-request.ts'

/** Every refusal of the API, as a problem document of RFC 9457. */

type Members<Code extends ProblemCode> = Omit<
  ProblemOf<Code>,
  'type' | 'title' | 'status' | 'code' | 'detail' | 'instance' | 'requestId'
>

export class Problem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly members: Record<string, unknown>
  readonly headers: Record<string, string>
  /** There is such a thing, and the caller may not see it. Not told to them. */
  isHidden = false

  private constructor(code: ProblemCode, detail: string, members: object = {}, headers: Record<string, string> = {}) {
    super(detail)
    this.name = 'Problem'
    this.code = code
    this.status = problemCodes[code].status
    this.members = { ...members }
    this.headers = headers
  }

  static malformed(issues: Issue[]): Problem {
    const count = issues.length === 1 ? 'One thing is' : `${issues.length} things are`
    return new Problem(
      'malformed',
      `${count} wrong: ${issues.map(({ path, message }) => `${path}: ${message}`).join('; ')}`,
      {
        issues,
      } satisfies Members<'malformed'>,
    )
  }

  static unauthenticated(detail = 'Sign in, or send a personal access token as bearer token.'): Problem {
    return new Problem('unauthenticated', detail, {}, { 'WWW-Authenticate': 'Bearer realm="berth"' })
  }

  static forbidden(detail: string): Problem {
    return new Problem('forbidden', detail)
  }

  static ownRequest(): Problem {
    return new Problem('ownRequest', 'Somebody else must decide about a request that you made or that is for you.')
  }

  /** Also for what the caller may not see: whether it exists is not told. */
  static notFound(what: string): Problem {
    return new Problem('notFound', `There is no such ${what}, or you may not see it.`)
  }

  static hidden(what: string): Problem {
    return Object.assign(Problem.notFound(what), { isHidden: true })
  }

  static methodNotAllowed(allowed: readonly string[]): Problem {
    return new Problem('methodNotAllowed', `It knows ${allowed.join(', ')}.`, {}, { Allow: allowed.join(', ') })
  }

  /** `why` is the workflow's own reason, where it has one beside the state. */
  static actionNotAllowed(action: VmRequestAction, state: VmRequestState, why?: string): Problem {
    const allowedIn = [...statesAllowing(action)]
    const inGeneral = allowedIn.includes(state)
      ? `The request is ${state}, and what is under way does not allow ${action}; try again in a moment.`
      : `The request is ${state}; ${action} is allowed in ${allowedIn.join(', ')}.`
    const detail = why === undefined ? inGeneral : sentence(why)
    return new Problem('actionNotAllowed', detail, { state, allowedIn } satisfies Members<'actionNotAllowed'>)
  }

  static onlyWhenFailed(state: VmRequestState): Problem {
    const detail = `The request is ${state}; only a failed one is tried again.`
    return new Problem('actionNotAllowed', detail, {
      state,
      allowedIn: ['failed'],
    } satisfies Members<'actionNotAllowed'>)
  }

  static quotaExceeded(arithmetic: QuotaLine[]): Problem {
    const over = arithmetic.filter((line) => !fits(line))
    const sums = over.map(
      ({ resource, used, requested, limit }) => `${resource}: ${used} used + ${requested} > ${limit}`,
    )
    return new Problem('quotaExceeded', sums.join('; '), { arithmetic } satisfies Members<'quotaExceeded'>)
  }

  static nameTaken(name: string): Problem {
    return new Problem('nameTaken', `An open request at this site has the name ${name}.`)
  }

  static chosenNameTaken(sentence: string): Problem {
    return new Problem('nameTaken', sentence)
  }

  static staleDecision(detail: string): Problem {
    return new Problem('staleDecision', detail)
  }

  static approvalIdNeeded(approvalIds: string[]): Problem {
    return new Problem('approvalIdNeeded', 'Name one of the open approvals by approvalId.', {
      approvalIds,
    } satisfies Members<'approvalIdNeeded'>)
  }

  static extensionNeedsApproval(extensionsUsed: number, freeExtensions: number): Problem {
    const detail = `${extensionsUsed} of ${freeExtensions} free extensions are used.`
    const members = { extensionsUsed, freeExtensions } satisfies Members<'extensionNeedsApproval'>
    return new Problem('extensionNeedsApproval', detail, members)
  }

  static idempotencyKeyReused(): Problem {
    return new Problem('idempotencyKeyReused', 'Use a new Idempotency-Key for another body.')
  }

  static idempotencyKeySpent(): Problem {
    return new Problem(
      'idempotencyKeySpent',
      'The token that this Idempotency-Key made is revoked, over, or older than an hour. Use a new key.',
    )
  }

  static tooLarge(): Problem {
    return new Problem('tooLarge', 'A body has at most 256 KiB.')
  }

  static unsupportedMediaType(): Problem {
    return new Problem('unsupportedMediaType', 'Send application/json in UTF-8, without compression.')
  }

  static tooManyRequests(retryAfterSeconds: number): Problem {
    return new Problem('tooManyRequests', `Try again in ${retryAfterSeconds} s.`, {}, retryAfter(retryAfterSeconds))
  }

  static temporalUnavailable(detail = 'Nothing is lost; try again.'): Problem {
    return new Problem('temporalUnavailable', detail, {}, retryAfter(5))
  }

  static databaseUnavailable(): Problem {
    return new Problem('databaseUnavailable', 'Nothing was changed; try again.', {}, retryAfter(5))
  }

  static internalError(): Problem {
    return new Problem('internalError', 'It is in our logs. Tell an operator the requestId.')
  }

  /** The document as it is sent; `requestId` finds the call in the logs. */
  toDocument(instance: string, requestId: string) {
    return {
      type: `urn:berth:problem:${this.code}`,
      title: problemCodes[this.code].title,
      status: this.status,
      code: this.code,
      detail: this.message,
      instance,
      requestId,
      ...this.members,
    }
  }
}

/** What is known of a request when its workflow refuses. */
interface Refused {
  state: VmRequestState
  extensions: number
  policy: { freeExtensions: number }
}

/** A workflow's refusal as a problem: the same codes, one place. */
export function problemOfRefusal(
  code: FailureCode,
  message: string,
  action: VmRequestAction,
  request: Refused,
): Problem {
  switch (code) {
    case 'actionNotAllowed':
      return Problem.actionNotAllowed(action, request.state, ownReason(action, message))
    case 'staleDecision':
      return Problem.staleDecision(message)
    case 'extensionNeedsApproval':
      return Problem.extensionNeedsApproval(request.extensions, request.policy.freeExtensions)
    case 'notAnApprover':
      return Problem.forbidden(failureSentence(code))
    case 'databaseUnavailable':
      return Problem.databaseUnavailable()
    case 'badMessage':
    case 'leaseNotOffered':
      return Problem.malformed([{ path: 'body', message, code }])
    case 'nameTaken':
      return Problem.chosenNameTaken(message)
    case 'staleRun':
      return Problem.temporalUnavailable('Another run has taken over; try again.')
    default:
      return Problem.malformed([{ path: 'body', message: failureSentence(code, message), code }])
  }
}

/** A refusal for the state alone says what the table of states says; that is said anew, for the state of now. */
const ownReason = (action: VmRequestAction, message: string): string | undefined =>
  message.startsWith(`${action} is not allowed while`) || message.startsWith('the request is ') ? undefined : message

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/\.?$/, '.')

const retryAfter = (seconds: number) => ({ 'Retry-After': String(seconds) })

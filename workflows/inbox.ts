import { ApplicationFailure, CancellationScope, condition, setHandler } from '@temporalio/workflow'
import type { UpdateDefinition } from '@temporalio/common'
import type { AppliedMessage } from '@berth/domain/applied-message.ts'
import { longestSeconds } from '@berth/domain/instant.ts'
import {
  longestKeepSeconds,
  operatorActions,
  type VmRequestAction,
  type VmRequestState,
} from '@berth/domain/vm-request.ts'
import * as messages from './messages.ts'

/** What each action carries and answers. */
export interface Bodies {
  decideApproval: messages.DecideApproval
  extendLease: messages.ExtendLease
  releaseVm: messages.ReleaseVm
  restoreVm: messages.RestoreVm
  cancelRequest: messages.CancelRequest
  operatorDecision: messages.OperatorDecision
}

interface Reply {
  answer?: messages.Applied
  refusal?: ApplicationFailure
}

export interface Letter extends Reply {
  /** `lookAgain` comes from reconciling and is answered to nobody. */
  action: VmRequestAction | 'lookAgain'
  body: Bodies[VmRequestAction]
  /** Nobody waits for the answer: it was a cancel in the Temporal UI. */
  isNativeCancel?: true
}

/** Answers by message id, oldest first, with what was asked; runs from before did not keep that. */
export type AppliedUpdates = [id: string, answer: messages.Applied, asked?: string][]

interface Remembered {
  answer: messages.Applied
  asked?: string
}

const remembered = 100

/**
 * Where updates wait for the main coroutine. Handlers check the shape, enqueue and wait for the answer; they decide
 * nothing, because after a reset they run before main has come to the present.
 */
export class Inbox {
  readonly letters: Letter[] = []
  readonly #applied = new Map<string, Remembered>()
  #open = false
  #closedIn: VmRequestState | undefined

  constructor(applied: AppliedUpdates) {
    this.rememberAll(applied.map(([id, answer, asked]) => ({ id, answer, ...(asked !== undefined && { asked }) })))
    this.#handle(
      messages.decideApproval,
      'decideApproval',
      decideApprovalShape,
      '{"id","by","decision":"approved|declined","approvalId"?,"reason"?}',
    )
    this.#handle(messages.extendLease, 'extendLease', extendLeaseShape, '{"id","by","leaseSeconds"}')
    this.#handle(messages.releaseVm, 'releaseVm', messageShape, '{"id","by","reason"?}')
    this.#handle(messages.restoreVm, 'restoreVm', messageShape, '{"id","by","reason"?}')
    this.#handle(messages.cancelRequest, 'cancelRequest', messageShape, '{"id","by","reason"?}')
    this.#handle(
      messages.operatorDecision,
      'operatorDecision',
      operatorDecisionShape,
      '{"id","by","step","attempt","action":"retry|skip|abort|keep","reason"?,"overrides"?:{"datastore"?,"network"?,"resourcePool"?,"vmName"?},"keepSeconds"?}',
    )
  }

  /** From here on main takes letters. */
  open(): void {
    this.#open = true
  }

  put(letter: Letter): void {
    this.letters.push(letter)
  }

  /** What other runs applied: letters that a reset delivers again are answered from it. */
  rememberAll(applied: readonly AppliedMessage[]): void {
    for (const message of applied) this.remember(message)
  }

  remember({ id, ...applied }: AppliedMessage): void {
    this.#applied.set(id, applied)
    for (const oldest of this.#applied.keys()) {
      if (this.#applied.size <= remembered) return
      this.#applied.delete(oldest)
    }
  }

  /** The answer of the first time, where this was said before; a refusal, where something else was said under its id. */
  reply(letter: Letter): Reply | undefined {
    const known = this.#applied.get(letter.body.id)
    if (known === undefined) return undefined
    return isSame(letter, known.asked)
      ? { answer: known.answer }
      : { refusal: otherWasSent(letter.body.id, known.asked) }
  }

  carry(): AppliedUpdates {
    return [...this.#applied].map(([id, { answer, asked }]) =>
      asked === undefined ? [id, answer] : [id, answer, asked],
    )
  }

  /** From here on everything is refused: nobody acts any more. */
  close(state: VmRequestState): void {
    this.#closedIn = state
    for (const letter of this.letters.splice(0)) letter.refusal = tooLate(state)
  }

  #handle<Action extends VmRequestAction, Answer extends messages.Applied>(
    definition: UpdateDefinition<Answer, [Bodies[Action]]>,
    action: Action,
    shape: (body: Bodies[Action]) => string | undefined,
    json: string,
  ): void {
    setHandler(
      definition,
      (body) => CancellationScope.nonCancellable(() => this.#deliver(action, body)) as Promise<Answer>,
      {
        description: `Argument: ${json}`,
        validator: (body) => {
          const problem = shape(body)
          if (problem !== undefined) throw ApplicationFailure.nonRetryable(`${problem}; expected ${json}`, 'badMessage')
        },
      },
    )
  }

  async #deliver<Action extends VmRequestAction>(action: Action, body: Bodies[Action]): Promise<messages.Applied> {
    await condition(() => this.#open)
    const mine: Letter = { action, body }
    const known = this.reply(mine)
    if (known !== undefined) return answerOf(known)
    if (this.#closedIn !== undefined) throw tooLate(this.#closedIn)
    let letter = this.letters.find((waiting) => waiting.body.id === body.id)
    if (letter === undefined) {
      letter = mine
      this.put(letter)
    }
    const delivered = letter
    await condition(() => delivered.answer !== undefined || delivered.refusal !== undefined)
    if (!isSame(mine, askedBy(delivered))) throw otherWasSent(body.id, askedBy(delivered))
    return answerOf(delivered)
  }
}

function answerOf({ answer, refusal }: Reply): messages.Applied {
  if (refusal !== undefined) throw refusal
  return answer as messages.Applied
}

/** What a message says, to tell it from another one under the same id: the order of its keys says nothing. */
export const askedBy = ({ action, body: { id: _, ...said } }: Letter): string =>
  `${action} ${JSON.stringify(said, (_key, value: unknown) => withSortedKeys(value))}`

const withSortedKeys = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

/** What a run from before kept of a message is its id alone. */
const isSame = (letter: Letter, asked: string | undefined): boolean => asked === undefined || asked === askedBy(letter)

/** As when two operators copy the same JSON from the Temporal UI and decide differently. */
const otherWasSent = (id: string, asked: string | undefined): ApplicationFailure =>
  ApplicationFailure.nonRetryable(
    `another message was sent under the id ${id}: ${asked}. See what holds now, and give yours an id of its own`,
    'staleDecision',
  )

const tooLate = (state: VmRequestState) =>
  ApplicationFailure.nonRetryable(`the request is ${state}`, 'actionNotAllowed', { state, allowedIn: [] })

/** Stands in the JSON that operators copy from the Temporal UI. */
export const yourUserId = 'your-user-id'

const longestText = 1_000

/** A text that the record can keep: PostgreSQL takes no NUL and no half of a character, and would be asked for ever. */
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= longestText && value.isWellFormed() && !value.includes('\0')

const isName = (value: unknown): value is string => isText(value) && value !== ''

const noText = `is not a text of at most ${longestText} whole characters`

function messageShape(body: messages.ReleaseVm): string | undefined {
  if (typeof body !== 'object' || body === null) return 'the argument is not an object'
  if (!isName(body.id)) return `id is missing or ${noText}`
  if (!isName(body.by)) return `by is missing or ${noText}`
  if (body.by === yourUserId) return 'by is to be your own user id'
  if (body.reason !== undefined && !isText(body.reason)) return `reason ${noText}`
  return undefined
}

function decideApprovalShape(body: messages.DecideApproval): string | undefined {
  const problem = messageShape(body)
  if (problem !== undefined) return problem
  if (body.approvalId !== undefined && !isText(body.approvalId)) return `approvalId ${noText}`
  return body.decision === 'approved' || body.decision === 'declined'
    ? undefined
    : 'decision is not approved or declined'
}

function extendLeaseShape(body: messages.ExtendLease): string | undefined {
  return messageShape(body) ?? secondsProblem('leaseSeconds', body.leaseSeconds, longestSeconds)
}

function operatorDecisionShape(body: messages.OperatorDecision): string | undefined {
  const problem = messageShape(body)
  if (problem !== undefined) return problem
  if (!isName(body.step)) return 'step is missing'
  if (!Number.isInteger(body.attempt)) return 'attempt is not a whole number'
  if (!operatorActions.includes(body.action)) return `action is not one of ${operatorActions.join(', ')}`
  if (body.overrides !== undefined && !isRecordOfNames(body.overrides)) return 'overrides is not an object of texts'
  if (body.overrides !== undefined && body.action !== 'retry') return 'overrides go only with retry'
  if (body.keepSeconds === undefined) return undefined
  if (body.action !== 'keep') return 'keepSeconds goes only with keep'
  return secondsProblem('keepSeconds', body.keepSeconds, longestKeepSeconds)
}

const isRecordOfNames = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isName)

const secondsProblem = (name: string, seconds: number, longest: number): string | undefined =>
  Number.isInteger(seconds) && seconds > 0 && seconds <= longest
    ? undefined
    : `${name} is not a whole number from 1 to ${longest}`

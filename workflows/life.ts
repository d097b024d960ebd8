import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  patched,
  setCurrentDetails,
  setHandler,
  sleep,
  TemporalFailure,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow'
import type { SearchAttributeUpdatePair } from '@temporalio/common'
import type { Facts } from '@berth/domain/facts.ts'
import { instantOf, secondsBetween, type Instant } from '@berth/domain/instant.ts'
import type { NoticeOrder } from '@berth/domain/notice.ts'
import { overridable } from '@berth/domain/overrides.ts'
import type { ProvisioningRequest } from '@berth/domain/provisioning-request.ts'
import type { AppliedMessage } from '@berth/domain/applied-message.ts'
import { berthItself, type Change, type Transition } from '@berth/domain/transition.ts'
import {
  allows,
  statesAllowing,
  type StepName,
  type VmRequestAction,
  type VmRequestState,
} from '@berth/domain/vm-request.ts'
import {
  localRecords,
  notices,
  patientRecords,
  promptNotices,
  siteActivities,
  type SiteActivities,
} from './activity-proxies.ts'
import { applyChange } from './apply-change.ts'
import { heldSentence } from './held-sentence.ts'
import { askedBy, Inbox, type AppliedUpdates, type Bodies, type Letter } from './inbox.ts'
import { currentState, lookAgain, searchAttributes, type Applied } from './messages.ts'

/** What continue-as-new hands over; everything else is in the database. */
export interface Carry {
  appliedUpdates: AppliedUpdates
}

/** How main reacts to a letter: what is answered, and whether the present wait ends. */
export interface Reaction {
  answer: Applied
  leave: boolean
}

export type Handlers = { [Action in VmRequestAction]?: (body: Bodies[Action]) => Promise<Reaction> }

/** A wait ended because of a letter; the facts say how to go on. */
export const left = Symbol('left')
export type Left = typeof left

/** Another run took over and the facts changed under us: main enters again at the recorded state. */
export class FactsReplaced extends Error {}

export interface Recording {
  event: string
  by?: string
  reason?: string | undefined
  change: Change
  notices?: NoticeOrder[]
  /** The message that asks for it, with its answer. */
  message?: AppliedMessage
}

/** What a phase does at the site now; one watch serves all its steps. */
export interface Busy {
  step: { name: StepName; since: Instant } | undefined
  watch: CancellationScope
}

/** One request's life as its workflow sees it: the facts, the letters, and the ways to record, wait and tell. */
export class Life {
  readonly request: ProvisioningRequest
  readonly site: SiteActivities
  readonly inbox: Inbox
  facts!: Facts
  waitingFor: string | undefined
  busy: Busy | undefined
  /** Runs from before this patch record each change apart, and warn beside the life only. */
  readonly isTerse = patched('terse')
  /** Warnings that this run has sent or is sending. */
  readonly warned = new Set<string>()
  /** What the next transition says of the step before it. */
  #finished: Recording | undefined
  /** Deliveries under way that the end waits for. */
  readonly #deliveries = new Set<Promise<unknown>>()
  #transitions = 0
  #shown: VmRequestState = 'validating'
  #objections: string[] | undefined
  /** What the message says that is acted on. */
  #asked: string | undefined

  private constructor(request: ProvisioningRequest, carry: Carry | undefined, root: CancellationScope) {
    this.request = request
    this.site = siteActivities(request.siteId, request.policy)
    this.inbox = new Inbox(carry?.appliedUpdates ?? [])
    setHandler(currentState, () => ({
      state: this.facts.state,
      ...(this.waitingFor !== undefined && { waitingFor: this.waitingFor }),
    }))
    setHandler(lookAgain, () => this.inbox.put({ action: 'lookAgain', body: { id: 'look-again', by: berthItself } }))
    root.cancelRequested.catch(() => this.#cancelledFromTemporal())
  }

  /** Handlers first, then the facts: letters wait until both are there. */
  static async open(request: ProvisioningRequest, carry: Carry | undefined, root: CancellationScope): Promise<Life> {
    const life = new Life(request, carry, root)
    const { objections, ...facts } = await withFallback((records) =>
      records.openRun(request.requestId, workflowInfo().continuedFromExecutionRunId),
    )
    life.facts = facts
    life.#objections = objections
    life.#transitions = life.facts.lastTransition ?? 0
    life.takeOver(life.facts)
    if (life.facts.state !== 'validating') life.show()
    life.inbox.open()
    return life
  }

  /** As it is called in vCenter: an operator may have chosen another name than the requester was given. */
  get vmName(): string {
    return this.facts.overrides?.vmName ?? this.request.vmName
  }

  /** What spoke against the request when the run was opened, once; undefined when nobody looked. */
  takeObjections(): string[] | undefined {
    const objections = this.#objections
    this.#objections = undefined
    return objections
  }

  /** What an activity answered; it is in the database already. */
  learn(known: Partial<Facts>): void {
    this.facts = { ...this.facts, ...known }
  }

  /** What other runs left: messages that they applied, notices that they did not deliver. */
  takeOver({ appliedMessages = [], pendingNotices = [] }: Facts): void {
    this.inbox.rememberAll(appliedMessages)
    if (pendingNotices.length > 0) void this.tell(pendingNotices)
  }

  get now(): Instant {
    return instantOf(Date.now())
  }

  /** A step is done: true at once for this run, and written together with what comes next. */
  finish(recording: Recording): void {
    this.#finished = recording
    this.facts = applyChange(this.facts, recording.change)
  }

  /** A state is over, and a step follows at once: they are written together. */
  async moveOn(recording: Recording): Promise<void> {
    if (this.isTerse) this.finish(recording)
    else await this.record(recording)
  }

  /** Writes one transition: its number is fixed before the call, so that a repeated write is the same write. */
  async record(recording: Recording): Promise<void> {
    const { event, by = berthItself, reason, change, notices: orders = [], message } = this.#afterFinished(recording)
    this.#transitions += 1
    const transition: Transition = {
      requestId: this.request.requestId,
      n: this.#transitions,
      at: this.now,
      by,
      event,
      ...(reason !== undefined && { reason }),
      change,
      notices: orders,
      ...(message !== undefined && {
        message: { ...message, ...(this.#asked !== undefined && { asked: this.#asked }) },
      }),
    }
    const { facts } = await withFallback((records) => records.recordTransition(transition))
    this.facts = facts ?? applyChange(this.facts, change)
    const isNews = this.#shown !== this.facts.state || change.grant !== undefined || change.hold !== undefined
    if (facts !== undefined || isNews) this.show()
    else if (this.waitingFor !== undefined) this.#explainState()
    if (facts !== undefined) {
      this.takeOver(facts)
      throw new FactsReplaced()
    }
    if (orders.length === 0) return
    // Whoever sent a message waits for its answer, not for the mail server.
    if (this.isTerse && message === undefined) await this.tellFirst(orders)
    else void this.tell(orders)
  }

  /** Delivers notices beside the life; the workflow closes only after them. Never rejects. */
  tell(orders: NoticeOrder[]): Promise<{ order: NoticeOrder; deliveredAt: Instant }[]> {
    const delivery = notices.deliverNotices(this.request.requestId, orders).catch(() => [])
    this.#deliveries.add(delivery)
    return delivery.finally(() => this.#deliveries.delete(delivery))
  }

  /** Waits for work while taking letters; the letters come first, so that a cancel never stands in line. */
  async attend<T>(work: Promise<T>, handlers: Handlers): Promise<T | Left> {
    let settled = false
    const settle = () => {
      settled = true
    }
    work.then(settle, settle)
    for (;;) {
      await condition(() => settled || this.inbox.letters.length > 0)
      const letter = this.inbox.letters.shift()
      if (letter === undefined) return work
      if (await this.#answer(letter, handlers)) return left
    }
  }

  /** At once, if that takes a moment only; else beside the life. */
  async tellFirst(orders: NoticeOrder[]): Promise<void> {
    if ((await this.tellAtOnce(orders)) === undefined) void this.tell(orders)
  }

  /** Delivers notices before anything else happens, if that takes a moment only; undefined when it does not. */
  async tellAtOnce(orders: NoticeOrder[]): Promise<{ order: NoticeOrder; deliveredAt: Instant }[] | undefined> {
    try {
      return await promptNotices.deliverNotices(this.request.requestId, orders)
    } catch (error) {
      localFailure(error)
      return undefined
    }
  }

  async waitUntil(at: Instant, handlers: Handlers): Promise<'due' | Left> {
    const seconds = secondsBetween(this.now, at)
    if (seconds <= 0) return this.attend(Promise.resolve('due' as const), handlers)
    const timer = new CancellationScope()
    const due = timer.run(() => sleep(seconds * 1_000)).then(() => 'due' as const)
    due.catch(() => undefined)
    try {
      return await this.attend(due, handlers)
    } finally {
      timer.cancel()
    }
  }

  /** Whether notices are still being delivered. */
  get isTelling(): boolean {
    return this.#deliveries.size > 0
  }

  /** Ends with the letters: later ones are refused at once, while the last notices are delivered. */
  async close(): Promise<void> {
    this.inbox.close(this.facts.state)
    await Promise.all(this.#deliveries)
  }

  carry(): Carry {
    return { appliedUpdates: this.inbox.carry() }
  }

  /** What operators see in the Temporal UI. */
  show(): void {
    const { state, hold, grant } = this.facts
    this.#shown = state
    const attributes: SearchAttributeUpdatePair[] = [
      { key: searchAttributes.state, value: state },
      { key: searchAttributes.needsOperator, value: state === 'held' },
      { key: searchAttributes.failedStep, value: state === 'held' && hold !== undefined ? hold.step : null },
      { key: searchAttributes.leaseEndsAt, value: grant === undefined ? null : new Date(grant.endsAt) },
    ]
    upsertSearchAttributes(attributes)
    this.#explainState()
  }

  /** What a step waited for is over with the step; a hold is true until it ends. */
  #explainState(): void {
    const { state, hold, steps } = this.facts
    const isHeld = state === 'held' && hold !== undefined
    this.explain(isHeld ? heldSentence(hold, overridable(this.request.rules, hold, steps)) : undefined)
  }

  explain(sentence: string | undefined): void {
    this.waitingFor = sentence
    setCurrentDetails(`**${this.vmName}** is **${this.facts.state}**${sentence === undefined ? '' : `\n\n${sentence}`}`)
  }

  /** A step that only begins is told as the end of the one before. */
  #afterFinished(recording: Recording): Recording {
    const finished = this.#finished
    if (finished === undefined) return recording
    this.#finished = undefined
    const change = { ...finished.change, ...recording.change }
    return recording.change.step?.state === 'running' ? { ...finished, change } : { ...recording, change }
  }

  async #answer(letter: Letter, handlers: Handlers): Promise<boolean> {
    if (letter.action === 'lookAgain') {
      if (await this.#wasOvertaken()) throw new FactsReplaced()
      return false
    }
    const reply = this.inbox.reply(letter)
    if (reply !== undefined) {
      Object.assign(letter, reply)
      return false
    }
    this.#asked = askedBy(letter)
    try {
      const reaction = await this.#react(letter, handlers)
      letter.answer = reaction.answer
      this.inbox.remember({ id: letter.body.id, answer: reaction.answer, asked: this.#asked })
      return reaction.leave
    } catch (error) {
      if (error instanceof ApplicationFailure) {
        if (patched('facts-before-refusal') && (await this.#wasOvertaken())) {
          this.inbox.letters.unshift(letter)
          throw new FactsReplaced()
        }
        letter.refusal = error
        if (letter.isNativeCancel)
          await this.record({ event: 'cancelIgnored', by: letter.body.by, reason: error.message, change: {} })
        return false
      }
      if (error instanceof FactsReplaced) this.inbox.letters.unshift(letter)
      throw error
    }
  }

  /**
   * After a Reset to a wait this run replays what it once knew, and after a lost workflow task it has recorded more than it
   * knows; while it waits it records nothing that would tell it better. True when it was so: it has the facts of now.
   */
  async #wasOvertaken(): Promise<boolean> {
    const facts = await withFallback((records) => records.openRun(this.request.requestId))
    const { tookOver, lastTransition = 0 } = facts
    if (tookOver !== true && lastTransition <= this.#transitions) return false
    this.#transitions = lastTransition
    this.facts = facts
    this.takeOver(facts)
    this.show()
    return true
  }

  async #react(letter: Letter, handlers: Handlers): Promise<Reaction> {
    const { state, hold } = this.facts
    const action = letter.action as VmRequestAction
    const handler = handlers[action] as ((body: Letter['body']) => Promise<Reaction>) | undefined
    if (!allows(state, action, hold) || handler === undefined) throw refusal(state, action)
    return handler(letter.body)
  }

  /** Cancel in the Temporal UI is a cancel of the request where that is legal, else it is recorded and ignored. */
  #cancelledFromTemporal(): void {
    const body = { id: `temporal-cancel:${workflowInfo().runId}`, by: berthItself, reason: 'cancelled in Temporal' }
    this.inbox.put({ action: 'cancelRequest', body, isNativeCancel: true })
  }
}

export function refusal(state: VmRequestState, action: VmRequestAction, why?: string): ApplicationFailure {
  const allowedIn = statesAllowing(action)
  const message = why ?? `${action} is not allowed while the request is ${state}; it is in ${allowedIn.join(', ')}`
  return ApplicationFailure.nonRetryable(message, 'actionNotAllowed', { state, allowedIn })
}

/** A failed local activity throws its failure as it is, without the ActivityFailure around it. Bugs go on. */
function localFailure(error: unknown): TemporalFailure {
  const failure = error instanceof ActivityFailure ? error.cause : error
  if (failure instanceof TemporalFailure) return failure
  throw error
}

/** A few quick tries beside the workflow; then, while the database is down, as long as it takes. */
export async function withFallback<T>(write: (records: typeof localRecords) => Promise<T>): Promise<T> {
  try {
    return await write(localRecords)
  } catch (error) {
    const failure = localFailure(error)
    if (failure instanceof ApplicationFailure && failure.nonRetryable) throw failure
    return write(patientRecords)
  }
}

import type { VmRequest } from '@berth/contract/vm-request.ts'
import { secondsBetween, type Instant } from '@berth/domain/instant.ts'
import type { VmRequestState } from '@berth/domain/vm-request.ts'
import { dayWords, isSameDay, lengthWords, shortWords } from '../time/words.ts'
import { stepWords } from './step-words.ts'

/** Who reads it: what one has and can do is told to its owner, and about the owner to everybody else. */
export interface Reader {
  userId: string
  isOperator: boolean
}

type Sentence = (request: VmRequest, now: Instant, reader: Reader) => string

/** What a state means for the person who reads it, as one sentence without its full stop. */
export function stateSentence(request: VmRequest, now: Instant, reader: Reader): string {
  const { state, intent } = request
  if (intent !== undefined && state !== 'held') return joined(intentSentence(request, intent), waiting(request, now))
  return sentences[state](request, now, reader)
}

/** What is under way while the state is still the old one. */
function intentSentence({ steps }: VmRequest, intent: NonNullable<VmRequest['intent']>): string {
  if (intent === 'release') return 'Being given back: powering off'
  const step = steps.findLast(({ state }) => state === 'running')?.name
  if (step === 'powerOff') return 'Powering off; then it is powered on again'
  return step === 'waitForIp' ? 'Powered on again: waiting for its address' : 'Powering on again'
}

const sentences: Record<VmRequestState, Sentence> = {
  validating: (request, now) => waiting(request, now) ?? 'Checking the request',
  awaitingApproval: (request, now) => awaitingApproval(request, now),
  provisioning: (request, now) => provisioning(request, now),
  active: (request, now, reader) => {
    if (isOver(request.leaseEndsAt, now)) return `The lease is over${since(request.leaseEndsAt, now)}`
    const whose = isOwner(request, reader) ? 'Yours' : `In use by ${request.ownerName}`
    return request.leaseEndsAt === undefined ? whose : `${whose} until ${shortWords(request.leaseEndsAt, now)}`
  },
  expired: (request, now, reader) => {
    const off = `Powered off${since(request.expiredAt, now)}`
    if (isOver(request.destroyedAt, now)) return `${off}; its destruction was due${on(request.destroyedAt, now)}`
    const rescue = isOwner(request, reader) ? 'you extend' : 'its lease is extended'
    return `${off}; destroyed${on(request.destroyedAt, now)} unless ${rescue}`
  },
  released: (request, now, reader) => {
    if (isOver(request.destroyedAt, now)) return `Given back; its destruction was due${on(request.destroyedAt, now)}`
    if (request.restorableUntil === undefined || isOver(request.restorableUntil, now)) return 'Given back'
    const who = isOwner(request, reader) ? 'you' : request.ownerName
    return `Given back; ${who} can restore it until ${shortWords(request.restorableUntil, now)}`
  },
  held: ({ hold }, _now, { isOperator }) => {
    const cause = hold?.message ?? 'the cause is not known yet'
    if (hold?.givenUp) return `Could not be built; kept for diagnosis: ${cause}`
    return `${isOperator ? 'Needs an operator' : 'We are on it'}: ${cause}`
  },
  retiring: (request, now) => joined('Being destroyed', waiting(request, now)),
  retired: (request, now) => `Destroyed${on(request.destroyedAt ?? request.endedAt, now)}`,
  rejected: ({ reasons }) => joined('Not possible', listed(reasons), ': '),
  declined: (request) => declined(request),
  lapsed: ({ requestedAt, endedAt }) =>
    endedAt === undefined
      ? 'Nobody decided in time'
      : `Nobody decided within ${lengthWords(secondsBetween(requestedAt, endedAt))}`,
  cancelled: ({ endedBy, reasons }) =>
    joined(`Cancelled${endedBy === undefined ? '' : ` by ${endedBy}`}`, listed(reasons), ': '),
  failed: ({ reasons }) => joined('Could not be built', listed(reasons), ': '),
}

const isOver = (at: Instant | undefined, now: Instant): boolean => at !== undefined && at <= now

const isOwner = ({ ownerId }: VmRequest, { userId }: Reader): boolean => ownerId === userId

function awaitingApproval(request: VmRequest, now: Instant): string {
  const open = request.approvals.find(({ openedAt, decision }) => openedAt !== undefined && decision === undefined)
  if (open === undefined) return waiting(request, now) ?? 'Waiting for an approval'
  return `Waiting for ${either(open.approverNames)}${since(open.openedAt, now)}`
}

function provisioning(request: VmRequest, now: Instant): string {
  const stalled = waiting(request, now)
  const step = request.steps.findLast(({ state }) => state === 'running')
  if (step === undefined) return stalled ?? 'About to be built'
  const { doing } = stepWords[step.name]
  if (stalled !== undefined) return joined(doing, stalled)
  if (step.progress === undefined) return doing
  const left = secondsLeft(step.startedAt, step.progress, now)
  return `${doing} — ${Math.round(step.progress)} %${left === undefined ? '' : `, about ${lengthWords(left)} left`}`
}

/** How long the rest takes if it goes on as it went; too early to say below a tenth. */
function secondsLeft(startedAt: Instant | undefined, progress: number, now: Instant): number | undefined {
  if (startedAt === undefined || progress < 10 || progress >= 100) return undefined
  const seconds = (secondsBetween(startedAt, now) * (100 - progress)) / progress
  return seconds < 1 ? undefined : seconds
}

function declined({ approvals }: VmRequest): string {
  const no = approvals.find(({ decision }) => decision === 'declined')
  return joined(`${no?.byName ?? 'An approver'} declined`, no?.reason, ': ')
}

const waiting = ({ waitingFor }: VmRequest, now: Instant): string | undefined =>
  waitingFor === undefined ? undefined : `${waitingFor.sentence}${since(waitingFor.since, now)}`

const joined = (start: string, rest: string | undefined, by = ' — '): string =>
  rest === undefined || rest === '' ? start : `${start}${by}${rest}`

const since = (at: Instant | undefined, now: Instant): string =>
  at === undefined ? '' : ` since ${shortWords(at, now)}`

const on = (at: Instant | undefined, now: Instant): string => {
  if (at === undefined) return ''
  return isSameDay(at, now) ? ` at ${shortWords(at, now)}` : ` on ${dayWords(at)}`
}

const listed = (reasons: readonly string[]): string => reasons.join('; ')

const disjunction = new Intl.ListFormat('en', { type: 'disjunction' })
const either = (names: readonly string[]): string => disjunction.format(names)

import type { Hold } from '@berth/domain/facts.ts'
import { failureSentence } from '@berth/domain/failures.ts'
import { adviceOn } from '@berth/domain/finding.ts'
import { addSeconds, type Instant } from '@berth/domain/instant.ts'
import { undoEndsAt } from '@berth/domain/lease.ts'
import type { NoticeEvent, NoticeOrder } from '@berth/domain/notice.ts'
import { sizeLabel } from '@berth/domain/size.ts'
import { reasonsWithoutNames } from './reasons-without-names.ts'
import { sshAccess } from './ssh-access.ts'
import type { VmRequestRow } from './vm-request-row.ts'

export interface NoticeText {
  subject: string
  text: string
}

/** What the words need beside the request's row. */
export interface NoticeContext {
  ownerName: string
  /** When it is said. */
  now: Instant
  /** Of the open decision about the request: a decision lapses so long after it. */
  approvalOpenedAt?: Instant
  /** A clone was begun, so that there was something to remove. */
  wasCloned?: boolean
  /** Given back by somebody else than its owner, who has time from being told on. */
  isReleasedByOther?: boolean
  /** The person who cancelled it. */
  cancelledBy?: string
}

interface Told extends NoticeContext {
  request: VmRequestRow
  order: NoticeOrder
  link: string
}

type Wording = (told: Told) => { subject: string; lines: string[] }

/** What a person reads: what happened, until when, what to do, and where. */
export function noticeText(
  request: VmRequestRow,
  context: NoticeContext,
  order: NoticeOrder,
  publicUrl: string,
): NoticeText {
  const link = `${publicUrl}/vms/${request.id}`
  const { subject, lines } = wordings[order.event]({ ...context, request, order, link })
  return { subject, text: [...lines, '', link, '', '-- ', 'Berth'].join('\n') }
}

const wordings: Record<NoticeEvent, Wording> = {
  approvalNeeded: (told) => ({
    subject: `Please decide: ${told.ownerName} asks for ${told.request.vm_name}`,
    lines: [
      `${told.ownerName} of team ${told.request.team_id} asks for a virtual machine, and it needs your approval.`,
      '',
      ...asked(told),
      '',
      `Please approve or decline it. Without a decision it lapses on ${lapse(told)}.`,
    ],
  }),
  approvalReminder: (told) => ({
    subject: `Still waiting for your decision: ${told.request.vm_name}`,
    lines: [
      `${told.ownerName} is waiting for your decision since ${at(told.request.requested_at)}.`,
      '',
      ...asked(told),
      '',
      `Without a decision it lapses on ${lapse(told)}.`,
    ],
  }),
  approvalEscalation: (told) => ({
    subject: `Nobody decided yet: ${told.request.vm_name}`,
    lines: [
      `The request of ${told.ownerName} (team ${told.request.team_id}) waits for an approver since ${at(told.request.requested_at)}.`,
      '',
      ...asked(told),
      '',
      `Please see that somebody decides. Without a decision it lapses on ${lapse(told)}.`,
    ],
  }),
  requestRejected: ({ request }) => ({
    subject: `${request.vm_name} cannot be built`,
    lines: [
      `Your request for ${request.vm_name} was rejected:`,
      ...reasons(request),
      '',
      'Nothing was built. You can ask again.',
    ],
  }),
  requestDeclined: ({ request }) => ({
    subject: `Your request for ${request.vm_name} was declined`,
    lines: [
      `An approver declined your request for ${request.vm_name}.`,
      ...reasons(request),
      '',
      'Nothing was built. The page shows who decided and why.',
    ],
  }),
  requestLapsed: ({ request }) => ({
    subject: `Nobody decided about ${request.vm_name}`,
    lines: [
      `Your request for ${request.vm_name} lapsed, because no approver decided in time.`,
      'Nothing was built. You can ask again.',
    ],
  }),
  requestCancelled: (told) => ({
    subject: `${told.request.vm_name} was cancelled`,
    lines: [
      `The request for ${told.request.vm_name} was cancelled${told.cancelledBy === undefined ? '' : ` by ${told.cancelledBy}`}. ${whatIsLeft(told)}`,
      ...reasons(told.request),
    ],
  }),
  requestHeld: ({ request, order }) => ({
    subject: `${order.audience === 'operators' ? 'Needs an operator' : 'On hold'}: ${request.vm_name}`,
    lines: held(request, order),
  }),
  requestFailed: (told) => ({
    subject: `${told.request.vm_name} could not be built`,
    lines: [`The request for ${told.request.vm_name} was given up.`, ...reasons(told.request), '', whatIsLeft(told)],
  }),
  vmReady: ({ request }) => ({
    subject: `${request.vm_name} is ready`,
    lines: [
      `${request.vm_name} is ready.`,
      '',
      ...login(request),
      `Your lease ends on ${leaseEnd(request)}. You can extend it on its page.`,
    ],
  }),
  leaseExtended: ({ request }) => ({
    subject: `The lease of ${request.vm_name} was extended`,
    lines: [`The lease of ${request.vm_name} now ends on ${leaseEnd(request)}.`],
  }),
  leaseEnding: ({ request }) => ({
    subject: `The lease of ${request.vm_name} ends on ${leaseEnd(request)}`,
    lines: [
      `The lease of ${request.vm_name} ends on ${leaseEnd(request)}. Then it is powered off, and ${duration(request.provisioning_request.policy.graceSeconds)} later it is destroyed with everything on it.`,
      '',
      'If you still need it, extend the lease on its page. If not, you can release it there.',
    ],
  }),
  vmExpired: ({ request }) => ({
    subject: `${request.vm_name} was powered off: its lease is over`,
    lines: [
      `The lease of ${request.vm_name} is over, and it was powered off.`,
      `It is destroyed with everything on it on ${destroyed(request)}.`,
      '',
      'Until then you can extend the lease on its page; it is powered on again.',
    ],
  }),
  destructionNear: ({ request }) => ({
    subject: `${request.vm_name} will be destroyed on ${destroyed(request)}`,
    lines: [
      `${request.vm_name} is powered off since its lease ended. On ${destroyed(request)} it is destroyed with everything on it.`,
      '',
      'To keep it, extend the lease on its page before then.',
    ],
  }),
  vmReleased: (told) => ({
    subject: `${told.request.vm_name} was released`,
    lines: [`${told.request.vm_name} was given back and powered off.`, ...restorable(told)],
  }),
  vmRestored: ({ request }) => ({
    subject: `${request.vm_name} is back`,
    lines: [
      `${request.vm_name} was restored and is powered on.`,
      '',
      ...login(request),
      `Its lease ends on ${leaseEnd(request)}.`,
    ],
  }),
  vmRetired: ({ request }) => ({
    subject: `${request.vm_name} was destroyed`,
    lines: [`${request.vm_name} was destroyed, and vCenter no longer has it. Its quota is free again.`],
  }),
  vmVanished: ({ request, ownerName, order }) => ({
    subject: `${request.vm_name} is gone from vCenter`,
    lines: [
      `${request.vm_name}${order.audience === 'operators' ? ` of ${ownerName} (team ${request.team_id})` : ''} is no longer in vCenter at ${request.site_id}. Berth did not remove it, and does not build it again by itself.`,
      '',
      ...whatToDoAboutVanished(request, order),
    ],
  }),
}

function asked({ request }: Told): string[] {
  const { specification, siteId } = request.provisioning_request
  return [
    `  Purpose: ${request.purpose}`,
    `  What:    ${request.catalog_item_id}, ${specification.size.id} (${sizeLabel(specification.size)}), as ${request.vm_name} at ${siteId}`,
    `  Lease:   ${duration(specification.leaseSeconds)}`,
  ]
}

/** Its owner is told once: what an operator keeps for diagnosis is removed without a further word. */
function whatIsLeft({ request: { hold }, wasCloned }: Told): string {
  if (hold?.givenUp === true) {
    const until = hold.cleanUpAt === undefined ? '' : `, until ${at(hold.cleanUpAt)} at the latest`
    return `What there is of it is kept for operators to find out why${until}; then it is removed.`
  }
  return wasCloned === true ? 'What had been built was removed.' : 'Nothing had been built.'
}

function held({ hold, vm_name: vmName }: VmRequestRow, { audience }: NoticeOrder): string[] {
  const why = hold === null ? [] : [`It stopped at ${hold.step}: ${whyHeld(hold)}.`]
  const cleanUp =
    hold?.cleanUpAt === undefined ? [] : [`Without a decision it is given up and cleaned up on ${at(hold.cleanUpAt)}.`]
  if (audience !== 'operators')
    return [`${vmName} is on hold.`, ...why, 'The operators were told; you need do nothing.', ...cleanUp]
  return [
    `${vmName} is on hold and needs your decision (${hold?.actions.join(', ') ?? 'see its page'}).`,
    ...why,
    ...cleanUp,
  ]
}

/** Most messages begin with the sentence of their code. */
const whyHeld = ({ code, message }: Hold): string =>
  message.startsWith(failureSentence(code)) ? message : failureSentence(code, message)

function whatToDoAboutVanished(request: VmRequestRow, { audience }: NoticeOrder): string[] {
  const { whatCanBeDone, ownerCan } = adviceOn('vanished', request)
  return audience === 'operators' || ownerCan === undefined ? whatCanBeDone.map((words) => `${words}.`) : [ownerCan]
}

function login(request: VmRequestRow): string[] {
  const { state, address, ssh_user: sshUser, ssh_port: sshPort } = request
  const ssh = sshAccess({ state, heldFrom: request.hold?.heldFrom, address, sshUser, sshPort })
  return ssh === undefined ? ['Its address is not known yet.', ''] : [`  ${ssh.command}`, '']
}

const reasons = ({ reasons, owner_id, requester_id }: VmRequestRow): string[] =>
  reasonsWithoutNames(reasons ?? [], [owner_id, requester_id]).map((reason) => `  - ${reason}`)

const lapse = ({ request, approvalOpenedAt }: Told): string =>
  at(addSeconds(approvalOpenedAt ?? request.requested_at, request.provisioning_request.policy.approvalLapseSeconds))
const leaseEnd = ({ lease_ends_at }: VmRequestRow): string =>
  lease_ends_at === null ? 'a date not yet known' : at(lease_ends_at)
const destroyed = ({ expired_at, provisioning_request }: VmRequestRow): string =>
  expired_at === null ? 'a date not yet known' : at(addSeconds(expired_at, provisioning_request.policy.graceSeconds))

/** Restoring needs undo time and lease. */
function restorable({ request, now, isReleasedByOther }: Told): string[] {
  const { released_at: releasedAt, lease_ends_at: leaseEndsAt, provisioning_request } = request
  if (releasedAt === null) return ['It is destroyed with everything on it on a date not yet known.']
  const endsAt = undoEndsAt(releasedAt, provisioning_request.policy, isReleasedByOther === true ? now : undefined)
  if (endsAt <= now) return ['Its time for restoring is over: it is destroyed with everything on it.']
  const destruction = `It is destroyed with everything on it on ${at(endsAt)}.`
  if (leaseEndsAt === null || leaseEndsAt <= now)
    return [destruction, '', 'Its lease is over: it can no longer be restored.']
  const until = leaseEndsAt < endsAt ? `its lease ends on ${at(leaseEndsAt)}` : 'then'
  return [destruction, '', `If that was a mistake, restore it on its page before ${until}.`]
}

const dateAndTime = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const at = (instant: Instant): string => `${dateAndTime.format(new Date(instant))} UTC`

const units = [
  { name: 'day', seconds: 86_400 },
  { name: 'hour', seconds: 3_600 },
  { name: 'minute', seconds: 60 },
] as const

function duration(seconds: number): string {
  const unit = units.find((candidate) => seconds >= candidate.seconds && seconds % candidate.seconds === 0) ?? {
    name: 'second',
    seconds: 1,
  }
  const count = seconds / unit.seconds
  return `${count} ${unit.name}${count === 1 ? '' : 's'}`
}

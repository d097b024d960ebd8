import { ApplicationFailure } from '@temporalio/workflow'
import { openApproval, verdict } from '@berth/domain/approval.ts'
import { addSeconds, type Instant } from '@berth/domain/instant.ts'
import type { NoticeOrder } from '@berth/domain/notice.ts'
import type { RecordedDecision } from '@berth/domain/transition.ts'
import type { Life, Reaction } from './life.ts'
import type { DecideApproval } from './messages.ts'
import { cancelBeforeBuilding } from './owner-letters.ts'

interface Deadline {
  at: Instant
  act: () => Promise<void>
}

/** Somebody must decide; they are reminded, their operators are told, and in the end the request lapses. */
export async function awaitApproval(life: Life): Promise<void> {
  const handlers = { decideApproval: decide(life), cancelRequest: cancelBeforeBuilding(life) }
  for (const { at, act } of deadlines(life)) {
    while (life.facts.state === 'awaitingApproval') {
      if ((await life.waitUntil(at, handlers)) === 'due') {
        await act()
        break
      }
    }
    if (life.facts.state !== 'awaitingApproval') return
  }
}

function deadlines(life: Life): Deadline[] {
  const { approvalReminderSeconds, approvalEscalationSeconds, approvalLapseSeconds } = life.request.policy
  const openedAt = life.facts.approvals.find((approval) => approval.openedAt !== undefined)?.openedAt ?? life.now
  const told = (event: NoticeOrder['event'], audience: NoticeOrder['audience']): NoticeOrder => ({
    event,
    audience,
    grantNumber: 0,
    stage: '0',
  })
  const remind = async () => void life.tell([told('approvalReminder', 'approvers')])
  const escalate = async () =>
    void life.tell([told('approvalEscalation', 'approvers'), told('approvalEscalation', 'operators')])
  const lapse = () =>
    life.record({ event: 'lapsed', change: { state: 'lapsed' }, notices: [told('requestLapsed', 'owner')] })
  const lapsesAt = addSeconds(openedAt, approvalLapseSeconds)
  const before: Deadline[] = [
    { at: addSeconds(openedAt, approvalReminderSeconds), act: remind },
    { at: addSeconds(openedAt, approvalEscalationSeconds), act: escalate },
  ]
  return [...before.filter(({ at }) => at < lapsesAt), { at: lapsesAt, act: lapse }].sort((a, b) =>
    a.at < b.at ? -1 : 1,
  )
}

const decide =
  (life: Life) =>
  async (body: DecideApproval): Promise<Reaction> => {
    const decision = allowedDecision(life, body)
    const decided = life.facts.approvals.map((approval) =>
      approval.id === decision.approvalId ? { ...approval, decision: decision.decision } : approval,
    )
    const outcome = verdict(decided)
    const state = outcome === 'open' ? life.facts.state : outcome === 'approved' ? 'provisioning' : 'declined'
    await life.record({
      event: body.decision,
      message: { id: body.id, answer: { state } },
      by: body.by,
      reason: body.reason,
      change: {
        decision,
        ...(outcome === 'approved' && { state: 'provisioning' }),
        ...(outcome === 'declined' && {
          state: 'declined',
          ...(body.reason !== undefined && { reasons: [body.reason] }),
        }),
      },
      notices:
        outcome === 'declined' ? [{ event: 'requestDeclined', audience: 'owner', grantNumber: 0, stage: '0' }] : [],
    })
    return { answer: { state: life.facts.state }, leave: outcome !== 'open' }
  }

function allowedDecision(life: Life, body: DecideApproval): RecordedDecision {
  const approval = openApproval(life.facts.approvals, body.approvalId)
  if (approval === undefined)
    throw ApplicationFailure.nonRetryable('no single open approval fits; name its approvalId', 'staleDecision')
  const isOwner = body.by === life.request.specification.ownerId
  if (isOwner || !approval.approvers.includes(body.by))
    throw ApplicationFailure.nonRetryable(
      'only the approvers of this decision may decide, and never the requester',
      'notAnApprover',
    )
  return {
    approvalId: approval.id,
    decision: body.decision,
    by: body.by,
    ...(body.reason !== undefined && { reason: body.reason }),
  }
}

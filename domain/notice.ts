/** What people are told. A notice is shown once per (request, event, grant number, stage, channel, recipient). */

export const noticeEvents = [
  'approvalNeeded',
  'approvalReminder',
  'approvalEscalation',
  'requestRejected',
  'requestDeclined',
  'requestLapsed',
  'requestCancelled',
  'requestHeld',
  'requestFailed',
  'vmReady',
  'leaseExtended',
  'leaseEnding',
  'vmExpired',
  'destructionNear',
  'vmReleased',
  'vmRestored',
  'vmRetired',
  'vmVanished',
] as const
export type NoticeEvent = (typeof noticeEvents)[number]

export const noticeAudiences = ['owner', 'approvers', 'operators'] as const
/** owner: the owner and the team's `notify` contact · approvers: of the open approvals · operators: everybody with that role */
export type NoticeAudience = (typeof noticeAudiences)[number]

export interface NoticeOrder {
  event: NoticeEvent
  audience: NoticeAudience
  /** 0 before the first grant. */
  grantNumber: number
  /** Tells notices of one event apart: seconds before the act, an attempt, a reminder's number. */
  stage: string
}

/** One message to one recipient that nobody accepted yet. */
export interface PendingNotice {
  id: string
  channel: 'mail'
  recipient: string
  subject: string
  text: string
}

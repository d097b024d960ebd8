import type { Finding, VmsSeen } from '@berth/domain/finding.ts'
import type { Instant } from '@berth/domain/instant.ts'
import type { NoticeOrder } from '@berth/domain/notice.ts'
import type { PlacementFindings } from '@berth/domain/placement.ts'
import type { RunIdentity } from '@berth/domain/run-identity.ts'
import type { Transition } from '@berth/domain/transition.ts'
import type { Database } from './connect.ts'
import { changeAddress } from './change-address.ts'
import { recordFindings, vmsToLookFor } from './findings.ts'
import { lateRequests } from './late-requests.ts'
import { deliveriesOf, noticeDelivered, noticeFailed, noticesToDeliver } from './notices.ts'
import { openApprovals } from './open-approvals.ts'
import { isStillOpen, openRequestsOf } from './open-requests.ts'
import { openRun } from './open-run.ts'
import { reasonsToReject } from './reasons-to-reject.ts'
import { recordTransition } from './record-transition.ts'
import { reservePlacement } from './reserve-placement.ts'
import { pendingFindingNotices, tellVanished } from './tell-vanished.ts'
import { asFault } from './transaction.ts'
import { setWaitingFor, type WaitingFor } from './waiting-for.ts'

/** The record of all requests in PostgreSQL: what the control plane's activities write through. */
export function createRequestRecords(database: Database) {
  const away = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((error: unknown) => {
      throw asFault(error)
    })
  return {
    openRun: (run: RunIdentity) => away(openRun(database, run)),
    recordTransition: (run: RunIdentity, transition: Transition) => away(recordTransition(database, run, transition)),
    reasonsToReject: (requestId: string) => away(reasonsToReject(database, requestId)),
    openApprovals: (requestId: string, openedAt: Instant) => away(openApprovals(database, requestId, openedAt)),
    reservePlacement: (requestId: string, findings: PlacementFindings, neededGiB: number) =>
      away(reservePlacement(database, requestId, findings, neededGiB)),
    setWaitingFor: (requestId: string, waitingFor: WaitingFor | null) =>
      away(setWaitingFor(database, requestId, waitingFor)),
    noticesToDeliver: (requestId: string, orders: NoticeOrder[]) => away(noticesToDeliver(database, requestId, orders)),
    noticeDelivered: (noticeId: string, receipt: string) => away(noticeDelivered(database, noticeId, receipt)),
    noticeFailed: (noticeId: string, error: string) => away(noticeFailed(database, noticeId, error)),
    deliveriesOf: (requestId: string, orders: NoticeOrder[]) => away(deliveriesOf(database, requestId, orders)),
    openRequestsOf: (siteId: string) => away(openRequestsOf(database, siteId)),
    isStillOpen: (requestId: string) => away(isStillOpen(database, requestId)),
    lateRequests: (siteId: string, latest: Instant) => away(lateRequests(database, siteId, latest)),
    vmsToLookFor: (siteId: string) => away(vmsToLookFor(database, siteId)),
    changeAddress: (requestId: string, address: string, at: Instant) =>
      away(changeAddress(database, requestId, address, at)),
    tellVanished: (requestId: string, at: Instant) => away(tellVanished(database, requestId, at)),
    pendingFindingNotices: (siteId: string) => away(pendingFindingNotices(database, siteId)),
    recordFindings: (siteId: string, findings: Finding[], vmsSeen?: VmsSeen, unsure?: string[]) =>
      away(recordFindings(database, siteId, findings, vmsSeen, unsure)),
  }
}

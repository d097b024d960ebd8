import { z } from 'zod'
import { approvalList, approvalsQuery } from './approval-list.ts'
import { auditList, auditQuery, requestAuditQuery } from './audit.ts'
import { catalogItem, catalogItemList, catalogItemsQuery } from './catalog-item.ts'
import { createVmRequest } from './create-vm-request.ts'
import { holdGroupList, holdGroupRetried, holdGroupsQuery, retryHoldGroup } from './hold-group.ts'
import { me } from './me.ts'
import { findingList, findingsQuery, noticeList, noticesQuery } from './operations.ts'
import { paths, type EndpointName } from './paths.ts'
import { policiesQuery, policyList } from './policy.ts'
import { preview, previewBody } from './preview.ts'
import type { ProblemCode } from './problem-codes.ts'
import { quotaList, quotasQuery } from './quota.ts'
import { beginMaintenance, site, siteList, sitesQuery } from './site.ts'
import { createToken, tokenCreated, tokenList, tokensQuery } from './token.ts'
import { identifier } from './values.ts'
import {
  decisionBody,
  extendBody,
  extensionAccepted,
  leaseExtended,
  operatorDecisionBody,
  reasonBody,
} from './vm-request-actions.ts'
import { vmRequestEventsQuery, vmRequestList, vmRequestsQuery } from './vm-request-list.ts'
import { vmRequest } from './vm-request.ts'
import { waitingList, waitingNow, waitingQuery } from './waiting.ts'

/** The HTTP contract as one table. Validation, the OpenAPI document and the portal's client come from it. */

export interface Endpoint {
  method: 'get' | 'post' | 'delete'
  path: `/${string}`
  summary: string
  /** For people: who may call it. */
  who: string
  params?: z.ZodObject
  query?: z.ZodObject
  /** Absent: no body. */
  body?: z.ZodObject
  /** By status; null: no body. */
  responses: Record<number, z.ZodType | null>
  /** Beside those that every endpoint can answer with. */
  problems: readonly ProblemCode[]
  /** The same call with the same Idempotency-Key is one call. */
  idempotencyKey?: true
  /** Answers with server-sent events whose data is this response. */
  stream?: true
}

const anyone = 'everybody who is signed in'
const readers = 'owner, members of its team, its approvers, operators, admins, auditors'
const byUuid = z.strictObject({ id: z.uuid() })
const changed = { 200: vmRequest, 202: vmRequest }
const changing = ['forbidden', 'notFound', 'actionNotAllowed', 'temporalUnavailable'] as const

export const endpoints = {
  createVmRequest: {
    ...paths.createVmRequest,
    summary: 'Request a VM',
    who: 'developers, for a team of theirs',
    body: createVmRequest,
    responses: { 201: vmRequest, 200: vmRequest },
    problems: ['forbidden', 'quotaExceeded', 'nameTaken', 'idempotencyKeyReused'],
    idempotencyKey: true,
  },
  listVmRequests: {
    ...paths.listVmRequests,
    summary: 'List VM requests, latest first',
    who: `${anyone}; shows what the caller may read`,
    query: vmRequestsQuery,
    responses: { 200: vmRequestList },
    problems: [],
  },
  watchVmRequests: {
    ...paths.watchVmRequests,
    summary:
      'Watch VM requests: each event `vm-request` is a whole request, and one more comes when it no longer matches; Last-Event-ID resumes',
    who: `${anyone}; shows what the caller may read`,
    query: vmRequestEventsQuery,
    responses: { 200: vmRequest },
    problems: [],
    stream: true,
  },
  previewVmRequest: {
    ...paths.previewVmRequest,
    summary: 'See what would come of a VM request: name, quota, approval, lease',
    who: 'developers, for a team of theirs',
    body: previewBody,
    responses: { 200: preview },
    problems: ['forbidden'],
  },
  getVmRequest: {
    ...paths.getVmRequest,
    summary: 'Read a VM request',
    who: readers,
    params: byUuid,
    responses: { 200: vmRequest },
    problems: ['notFound'],
  },
  watchVmRequest: {
    ...paths.watchVmRequest,
    summary:
      'Watch a VM request: each event `vm-request` is the whole request, its id the version; Last-Event-ID resumes',
    who: readers,
    params: byUuid,
    responses: { 200: vmRequest },
    problems: ['notFound'],
    stream: true,
  },
  listVmRequestAudit: {
    ...paths.listVmRequestAudit,
    summary: 'Read what happened to a VM request, earliest first',
    who: readers,
    params: byUuid,
    query: requestAuditQuery,
    responses: { 200: auditList },
    problems: ['notFound'],
  },
  decideApproval: {
    ...paths.decideApproval,
    summary: 'Approve or decline a VM request',
    who: 'the approvers of the open approval, never the owner',
    params: byUuid,
    body: decisionBody,
    responses: changed,
    problems: [...changing, 'ownRequest', 'staleDecision', 'approvalIdNeeded'],
    idempotencyKey: true,
  },
  extendLease: {
    ...paths.extendLease,
    summary: 'Extend the lease; powers an expired VM on again',
    who: 'owner, operators, admins',
    params: byUuid,
    body: extendBody,
    responses: { 200: leaseExtended, 202: extensionAccepted },
    problems: [...changing, 'extensionNeedsApproval'],
    idempotencyKey: true,
  },
  releaseVm: {
    ...paths.releaseVm,
    summary: 'Give the VM back: powered off now, destroyed after the undo time',
    who: 'owner, operators, admins',
    params: byUuid,
    body: reasonBody,
    responses: changed,
    problems: changing,
    idempotencyKey: true,
  },
  restoreVm: {
    ...paths.restoreVm,
    summary: 'Take a released VM again while the undo time lasts',
    who: 'owner',
    params: byUuid,
    body: reasonBody,
    responses: changed,
    problems: changing,
    idempotencyKey: true,
  },
  cancelRequest: {
    ...paths.cancelRequest,
    summary: 'Cancel a VM request that is not handed over yet; what was built is destroyed',
    who: 'owner, operators, admins',
    params: byUuid,
    body: reasonBody,
    responses: changed,
    problems: changing,
    idempotencyKey: true,
  },
  operatorDecision: {
    ...paths.operatorDecision,
    summary: 'Retry, skip or give up the step at which a VM request is held',
    who: 'operators, admins',
    params: byUuid,
    body: operatorDecisionBody,
    responses: changed,
    problems: [...changing, 'staleDecision', 'nameTaken'],
    idempotencyKey: true,
  },
  tryAgain: {
    ...paths.tryAgain,
    summary: 'Try a failed VM request again: it takes quota and name again and goes on from `tryAgainFrom`',
    who: 'operators, admins',
    params: byUuid,
    body: reasonBody,
    responses: changed,
    problems: ['forbidden', 'notFound', 'actionNotAllowed', 'quotaExceeded', 'nameTaken'],
    idempotencyKey: true,
  },
  getWaiting: {
    ...paths.getWaiting,
    summary: 'Read why a VM request waits, since when, and what would end it',
    who: readers,
    params: byUuid,
    responses: { 200: waitingNow },
    problems: ['notFound'],
  },
  listWaiting: {
    ...paths.listWaiting,
    summary: 'List the VM requests that wait for something other than their own work, longest first',
    who: 'operators, admins, auditors',
    query: waitingQuery,
    responses: { 200: waitingList },
    problems: ['forbidden'],
  },
  listHoldGroups: {
    ...paths.listHoldGroups,
    summary: 'List what VM requests are held for: those with the same site, step and cause are one group',
    who: 'operators, admins, auditors',
    query: holdGroupsQuery,
    responses: { 200: holdGroupList },
    problems: ['forbidden'],
  },
  retryHoldGroup: {
    ...paths.retryHoldGroup,
    summary: 'Retry all VM requests that are held for the same cause; each answers for itself',
    who: 'operators, admins',
    body: retryHoldGroup,
    responses: { 200: holdGroupRetried },
    problems: ['forbidden'],
    idempotencyKey: true,
  },
  listCatalogItems: {
    ...paths.listCatalogItems,
    summary: 'List what can be requested',
    who: anyone,
    query: catalogItemsQuery,
    responses: { 200: catalogItemList },
    problems: [],
  },
  getCatalogItem: {
    ...paths.getCatalogItem,
    summary: 'Read a catalog item',
    who: anyone,
    params: z.strictObject({ id: identifier }),
    responses: { 200: catalogItem },
    problems: ['notFound'],
  },
  listSites: {
    ...paths.listSites,
    summary: 'List sites and their agents',
    who: anyone,
    query: sitesQuery,
    responses: { 200: siteList },
    problems: ['temporalUnavailable'],
  },
  beginMaintenance: {
    ...paths.beginMaintenance,
    summary: 'Take a site into maintenance: new clones wait in their queue, all else goes on',
    who: 'operators, admins',
    params: z.strictObject({ id: identifier }),
    body: beginMaintenance,
    responses: { 200: site },
    problems: ['forbidden', 'notFound', 'temporalUnavailable'],
  },
  endMaintenance: {
    ...paths.endMaintenance,
    summary: 'End the maintenance of a site: the clones that waited begin',
    who: 'operators, admins',
    params: z.strictObject({ id: identifier }),
    responses: { 200: site },
    problems: ['forbidden', 'notFound', 'temporalUnavailable'],
  },
  listApprovals: {
    ...paths.listApprovals,
    summary: 'List the approvals that wait for the caller, oldest first, or those that the caller decided',
    who: `${anyone}; shows the caller’s own`,
    query: approvalsQuery,
    responses: { 200: approvalList },
    problems: [],
  },
  listQuotas: {
    ...paths.listQuotas,
    summary: 'List the quotas of teams and what is used of them',
    who: `${anyone}, for their teams; operators, admins and auditors for all`,
    query: quotasQuery,
    responses: { 200: quotaList },
    problems: [],
  },
  listPolicies: {
    ...paths.listPolicies,
    summary: 'List the policies that new requests get',
    who: anyone,
    query: policiesQuery,
    responses: { 200: policyList },
    problems: [],
  },
  listAudit: {
    ...paths.listAudit,
    summary: 'Search what happened to all VM requests, latest first',
    who: 'operators, admins, auditors',
    query: auditQuery,
    responses: { 200: auditList },
    problems: ['forbidden'],
  },
  getMe: {
    ...paths.getMe,
    summary: 'Read who the caller is',
    who: anyone,
    responses: { 200: me },
    problems: [],
  },
  listTokens: {
    ...paths.listTokens,
    summary: 'List the caller’s personal access tokens',
    who: anyone,
    query: tokensQuery,
    responses: { 200: tokenList },
    problems: [],
  },
  createToken: {
    ...paths.createToken,
    summary: 'Make a personal access token',
    who: anyone,
    body: createToken,
    responses: { 200: tokenCreated, 201: tokenCreated },
    problems: ['idempotencyKeyReused', 'idempotencyKeySpent'],
    idempotencyKey: true,
  },
  deleteToken: {
    ...paths.deleteToken,
    summary: 'Revoke a personal access token',
    who: 'the person whose it is',
    params: byUuid,
    responses: { 204: null },
    problems: ['notFound'],
  },
  listFindings: {
    ...paths.listFindings,
    summary: 'List differences between the record and vCenter that reconciling sees',
    who: 'operators, admins, auditors',
    query: findingsQuery,
    responses: { 200: findingList },
    problems: ['forbidden'],
  },
  listNotices: {
    ...paths.listNotices,
    summary: 'List notices that were not delivered',
    who: 'operators, admins, auditors',
    query: noticesQuery,
    responses: { 200: noticeList },
    problems: ['forbidden'],
  },
  getOpenApi: {
    ...paths.getOpenApi,
    summary: 'Read this document',
    who: 'everybody',
    responses: { 200: z.record(z.string(), z.unknown()) },
    problems: [],
  },
} as const satisfies Record<EndpointName, Endpoint>

type Table = typeof endpoints
type Output<T> = T extends z.ZodType ? z.infer<T> : undefined

export type EndpointParams<N extends EndpointName> = Table[N] extends { params: infer T } ? Output<T> : undefined
/** As callers write it. */
export type EndpointQuery<N extends EndpointName> = Table[N] extends { query: infer T extends z.ZodType }
  ? z.input<T>
  : undefined
/** As parsed. */
export type ParsedQuery<N extends EndpointName> = Table[N] extends { query: infer T } ? Output<T> : undefined
export type EndpointBody<N extends EndpointName> = Table[N] extends { body: infer T } ? Output<T> : undefined
/** Whatever a success answers with. */
export type EndpointResponse<N extends EndpointName> = Output<Table[N]['responses'][keyof Table[N]['responses']]>

import { randomUUID } from 'node:crypto'
import { instantOf, type Instant } from '@berth/domain/instant.ts'
import type { Origin, ProvisioningRequest } from '@berth/domain/provisioning-request.ts'
import { fits, quotaOf, type QuotaLine } from '@berth/domain/quota.ts'
import { canonicalText, type Specification } from '@berth/domain/specification.ts'
import { appendToRequest } from './audit.ts'
import type { Database } from './connect.ts'
import { madeByKey, takeKey, type IdempotencyKey } from './idempotency.ts'
import { holdQuota, lockQuota, quotaLines } from './quota.ts'
import { resolveWish, type Refusal, type ResolvedWish, type Wish } from './resolve-request.ts'
import { sha256 } from './sha256.ts'
import { transaction, violates, type Queryable } from './transaction.ts'
import { updateRequest } from './vm-request-row.ts'
import { allocateName, isNameHeld, namingOf } from './vm-names.ts'
import { addWaitingSteps } from './waiting-steps.ts'

export interface NewVmRequest extends Wish {
  idempotency?: IdempotencyKey
  origin?: Origin
}

export type CreateOutcome =
  | { outcome: 'created'; replayed: boolean; requestId: string }
  | { outcome: 'rejected'; refusals: Refusal[] }
  | { outcome: 'quotaExceeded'; lines: QuotaLine[] }
  | { outcome: 'nameTaken'; name: string }
  | { outcome: 'idempotencyKeyReused' }

/**
 * Stores the request with its name, quota hold and order to start, all or nothing.
 * The same key with the same body answers the request of the first time; a refused request leaves its key free.
 */
export async function createVmRequest(database: Database, wish: NewVmRequest): Promise<CreateOutcome> {
  for (;;) {
    try {
      return await transaction(database.pool, async (client) => {
        const outcome = await create(client, wish)
        if (outcome.outcome !== 'created') throw new Refused(outcome)
        return outcome
      })
    } catch (error) {
      if (error instanceof Refused) return error.outcome
      if (!violates(error, 'vm_requests_held_name')) throw error
      if (wish.name !== undefined) return { outcome: 'nameTaken', name: wish.name }
      // Somebody took the allocated name by asking for it at the same moment: the next one will do.
    }
  }
}

/** Leaves the transaction, so that it is rolled back. */
class Refused extends Error {
  readonly outcome: CreateOutcome
  constructor(outcome: CreateOutcome) {
    super(outcome.outcome)
    this.outcome = outcome
  }
}

async function create(client: Queryable, wish: NewVmRequest): Promise<CreateOutcome> {
  const requestId = randomUUID()
  const at = instantOf(Date.now())
  if (wish.idempotency !== undefined && !(await takeKey(client, wish.requesterId, wish.idempotency, requestId, at)))
    return replay(await madeByKey(client, wish.requesterId, wish.idempotency))

  const resolved = await resolveWish(client, wish)
  if (Array.isArray(resolved)) return { outcome: 'rejected', refusals: resolved }

  const amounts = quotaOf(resolved.size)
  await lockQuota(client, wish.teamId)
  const lines = await quotaLines(client, wish.teamId, amounts)
  if (!lines.every(fits)) return { outcome: 'quotaExceeded', lines }

  const naming = await namingOf(client, wish, resolved.item)
  if (wish.name !== undefined && (await isNameHeld(client, naming.siteId, wish.name)))
    return { outcome: 'nameTaken', name: wish.name }
  const vmName = wish.name ?? (await allocateName(client, naming))

  const request = provisioningRequest(requestId, vmName, wish, resolved)
  await insertRequest(client, request, wish, resolved, at)
  await holdQuota(client, requestId, wish.teamId, amounts)
  await addWaitingSteps(client, requestId, 1)
  await client.query(`insert into outbox (kind, request_id, created_at) values ('start', $1, $2)`, [requestId, at])
  return { outcome: 'created', replayed: false, requestId }
}

const replay = (first: { madeId: string } | 'otherBody'): CreateOutcome =>
  first === 'otherBody'
    ? { outcome: 'idempotencyKeyReused' }
    : { outcome: 'created', replayed: true, requestId: first.madeId }

function provisioningRequest(
  requestId: string,
  vmName: string,
  wish: NewVmRequest,
  resolved: ResolvedWish,
): ProvisioningRequest {
  const { item, size } = resolved
  const specification: Specification = {
    ownerId: wish.ownerId,
    teamId: wish.teamId,
    catalogItemId: item.id,
    catalogItemVersion: item.version,
    size,
    leaseSeconds: wish.leaseSeconds,
    purpose: wish.purpose,
    sshPublicKeys: wish.sshPublicKeys,
    customization: { sshUser: item.sshUser, hostName: vmName },
  }
  const { templatePath, folderPath, resourcePoolPath, alternativeResourcePoolPaths, datastores, networks } = item
  return {
    installationId: resolved.installationId,
    requestId,
    siteId: item.siteId,
    vmName,
    specification,
    specHash: sha256(canonicalText(specification)),
    rules: {
      templatePath,
      folderPath,
      resourcePoolPath,
      ...(alternativeResourcePoolPaths && { alternativeResourcePoolPaths }),
      datastores,
      networks,
    },
    addressAllow: resolved.addressAllow,
    addressIgnore: resolved.addressIgnore,
    policy: resolved.policy,
    approval: resolved.approval,
    ...(wish.origin !== undefined && { origin: wish.origin }),
  }
}

async function insertRequest(
  client: Queryable,
  request: ProvisioningRequest,
  wish: Wish,
  { item, size }: ResolvedWish,
  at: Instant,
): Promise<void> {
  await client.query(
    `insert into vm_requests (id, site_id, team_id, owner_id, requester_id, catalog_item_id, catalog_item_version, size_id,
       vm_name, purpose, lease_seconds, ssh_user, ssh_port, provisioning_request, state, requested_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'validating', $15)`,
    [
      request.requestId,
      item.siteId,
      wish.teamId,
      wish.ownerId,
      wish.requesterId,
      item.id,
      item.version,
      size.id,
      request.vmName,
      wish.purpose,
      wish.leaseSeconds,
      item.sshUser,
      item.sshPort,
      JSON.stringify(request),
      at,
    ],
  )
  const head = await appendToRequest(
    client,
    { id: request.requestId, audit_seq: 0, audit_hash: '' },
    {
      at,
      by: wish.requesterId,
      event: 'requested',
      detail: { vmName: request.vmName, specHash: request.specHash, specification: request.specification },
    },
  )
  if (head !== undefined) await updateRequest(client, request.requestId, head)
}

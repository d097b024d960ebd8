import { z } from 'zod'
import { vmRequestStates } from '@berth/domain/vm-request.ts'
import { problemCodes, type ProblemCode } from './problem-codes.ts'
import { quotaLine } from './quota.ts'

/** Problem documents (RFC 9457). `code` tells which; some carry more. */

const issue = z
  .object({
    path: z
      .string()
      .meta({ description: 'Where: `body.sshPublicKeys.0`, `query.limit`, `path.id`, `header.Idempotency-Key`' }),
    message: z.string(),
    code: z
      .string()
      .optional()
      .meta({ description: 'Such as `sizeNotOffered`, where a rule and not the shape is broken' }),
  })
  .meta({ id: 'Issue' })
export type Issue = z.infer<typeof issue>

const members = <C extends ProblemCode>(code: C) => ({
  type: z.string().meta({ example: `urn:berth:problem:${code}` }),
  title: z.string(),
  status: z.literal(problemCodes[code].status),
  detail: z.string().optional(),
  instance: z.string().optional(),
  code: z.literal(code),
  requestId: z.string().optional().meta({ description: 'Finds this call in the logs' }),
})

const problemId = (code: ProblemCode) => `${code.charAt(0).toUpperCase()}${code.slice(1)}Problem`

const plain = <C extends ProblemCode>(code: C) => z.object(members(code)).meta({ id: problemId(code) })

const withMore = <C extends ProblemCode, M extends z.ZodRawShape>(code: C, more: M) =>
  z.object({ ...members(code), ...more }).meta({ id: problemId(code) })

export const problemSchemas = {
  malformed: withMore('malformed', { issues: z.array(issue).min(1).meta({ description: 'Everything that is wrong' }) }),
  unauthenticated: plain('unauthenticated'),
  forbidden: plain('forbidden'),
  ownRequest: plain('ownRequest'),
  notFound: plain('notFound'),
  methodNotAllowed: plain('methodNotAllowed'),
  actionNotAllowed: withMore('actionNotAllowed', {
    state: z.enum(vmRequestStates),
    allowedIn: z.array(z.enum(vmRequestStates)),
  }),
  quotaExceeded: withMore('quotaExceeded', { arithmetic: z.array(quotaLine) }),
  nameTaken: plain('nameTaken'),
  staleDecision: plain('staleDecision'),
  approvalIdNeeded: withMore('approvalIdNeeded', { approvalIds: z.array(z.string()) }),
  extensionNeedsApproval: withMore('extensionNeedsApproval', {
    extensionsUsed: z.number().int().optional(),
    freeExtensions: z.number().int().optional(),
  }),
  idempotencyKeySpent: plain('idempotencyKeySpent'),
  tooLarge: plain('tooLarge'),
  unsupportedMediaType: plain('unsupportedMediaType'),
  idempotencyKeyReused: plain('idempotencyKeyReused'),
  tooManyRequests: plain('tooManyRequests'),
  internalError: plain('internalError'),
  temporalUnavailable: plain('temporalUnavailable'),
  databaseUnavailable: plain('databaseUnavailable'),
} as const satisfies Record<ProblemCode, z.ZodType>

export type ProblemOf<C extends ProblemCode> = z.infer<(typeof problemSchemas)[C]>
export type Problem = { [C in ProblemCode]: ProblemOf<C> }[ProblemCode]

import { z } from 'zod'
import { failures, type FailureCode } from '@berth/domain/failures.ts'
import { findingKinds } from '@berth/domain/finding.ts'
import {
  finalStates,
  holdableStates,
  operatorActions,
  stepNames,
  stepStates,
  vmRequestActions,
  vmRequestStates,
} from '@berth/domain/vm-request.ts'
import { approval } from './approval.ts'
import { sizeAmounts } from './size.ts'
import { instant, seconds } from './values.ts'

/** A VM request as everybody who may see it reads it. */

export const intents = ['release', 'restore', 'resume'] as const

export const holdSteps = [...stepNames, 'validate', 'approve'] as const

const step = z
  .object({
    name: z.enum(stepNames),
    state: z.enum(stepStates),
    round: z
      .number()
      .int()
      .positive()
      .meta({ description: '1 for the first build; extending out of grace and restoring add one' }),
    startedAt: instant.optional(),
    endedAt: instant.optional(),
    progress: z.number().min(0).max(100).optional(),
  })
  .meta({ id: 'Step' })

const hold = z
  .object({
    heldFrom: z.enum(holdableStates),
    step: z.enum(holdSteps),
    attempt: z
      .number()
      .int()
      .meta({ description: 'An operator’s decision names it, so that it cannot hit a later try' }),
    code: z.enum(Object.keys(failures) as [FailureCode, ...FailureCode[]]),
    message: z.string(),
    actions: z.array(z.enum(operatorActions)),
    cleanUpAt: instant.optional(),
    heldAt: instant.optional(),
    givenUp: z.literal(true).optional().meta({
      description: 'It will not be built; what there is stays for diagnosis until `cleanUpAt`, or until `abort`',
    }),
    overridable: z
      .object({
        datastores: z.array(z.string()),
        networks: z.array(z.string()),
        resourcePools: z.array(z.string()).meta({ description: 'Inventory paths' }),
        vmName: z.boolean(),
      })
      .optional()
      .meta({ description: 'For operators: what a retry may choose otherwise' }),
  })
  .meta({ id: 'Hold' })

const lease = z
  .object({
    extensionsUsed: z.number().int(),
    freeExtensions: z.number().int().meta({ description: 'Extensions beyond this number need an approval' }),
    minLeaseSeconds: seconds,
    maxGrantSeconds: seconds,
    maxTotalSeconds: seconds,
    graceSeconds: seconds,
    undoSeconds: seconds,
  })
  .meta({ id: 'LeaseTerms', description: 'The policy of this request as far as its lease goes' })

const warning = z
  .object({ event: z.enum(['leaseEnding', 'destructionNear']), at: instant, deliveredAt: instant.optional() })
  .meta({ id: 'LeaseWarning' })

const placement = z.object({ datastore: z.string(), network: z.string() }).meta({ id: 'Placement' })

const ssh = z
  .object({ command: z.string(), user: z.string(), host: z.string(), port: z.number().int() })
  .meta({ id: 'SshAccess' })

const requestFinding = z
  .object({ kind: z.enum(findingKinds), sentence: z.string(), advice: z.string(), since: instant })
  .meta({ id: 'VmRequestFinding' })

export const vmRequest = z
  .object({
    id: z.uuid(),
    version: z.number().int().meta({ description: 'Grows with every change; the `id:` of its events' }),
    state: z.enum(vmRequestStates),
    vmName: z.string(),
    siteId: z.string(),
    catalogItemId: z.string(),
    catalogItemVersion: z.number().int(),
    catalogItemName: z.string(),
    templatePath: z.string().meta({ description: 'Inventory path of the vSphere template that it is cloned from' }),
    sizeId: z.string(),
    ...sizeAmounts,
    ownerId: z.string(),
    ownerName: z.string(),
    teamId: z.string(),
    teamName: z.string(),
    purpose: z.string(),
    sshPublicKeys: z.array(z.string()),
    leaseSeconds: seconds,
    requestedAt: instant,
    handedOverAt: instant.optional(),
    leaseEndsAt: instant.optional(),
    lease,
    warnings: z.array(warning),
    expiredAt: instant.optional(),
    releasedAt: instant.optional(),
    restorableUntil: instant.optional().meta({ description: 'A released VM can be restored until then' }),
    destroyedAt: instant.optional().meta({ description: 'When the VM was destroyed; before that, when it will be' }),
    endedAt: instant.optional().meta({ description: 'When the request reached a final state' }),
    endedBy: z.string().optional().meta({ description: 'Name of the person who ended it, if a person did' }),
    intent: z.enum(intents).optional().meta({
      description:
        'What was asked for and is under way while the state is still the old one: `release` powers off; `restore`, and `resume` after an extension, power on',
    }),
    retireTo: z.enum(finalStates).optional(),
    address: z.string().optional(),
    ssh: ssh.optional(),
    placement: placement.optional(),
    steps: z.array(step),
    hold: hold.optional(),
    approvals: z.array(approval),
    approvalReason: z.string().meta({ description: 'Why an approval is needed, or why not' }),
    findings: z
      .array(requestFinding)
      .meta({ description: 'What reconciling sees about its VM that its owner should know' }),
    waitingFor: z.object({ sentence: z.string(), since: instant }).optional(),
    reasons: z.array(z.string()).meta({ description: 'Why it was rejected, declined, cancelled or failed' }),
    actions: z.array(z.enum(vmRequestActions)).meta({ description: 'What the caller may do now' }),
    tryAgainFrom: z
      .enum(holdSteps)
      .optional()
      .meta({ description: 'It failed and the caller may have it tried again; it then goes on at this step' }),
    workflowUrl: z.string().optional().meta({ description: 'Its page in the Temporal UI, for operators' }),
  })
  .meta({ id: 'VmRequest' })
export type VmRequest = z.infer<typeof vmRequest>

import { z } from 'zod'
import type { Configuration } from '@berth/domain/configuration.ts'
import { defaultPolicy, type Policy } from '@berth/domain/policy.ts'
import { roles } from '@berth/domain/role.ts'
import { namePatternProblem } from '@berth/domain/vm-name.ts'
import { optional } from './optional.ts'
import { policyValues } from './policy.ts'
import { sizeAmounts } from './size.ts'

/** The shape of `berth.yaml`. What refers to something else is checked in configuration-references.ts. */

/** Ids get into workflow ids, task queues and names: nothing but small letters, digits and hyphens. */
const id = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be small letters, digits and hyphens, at most 63')

const text = z.string().trim().min(1).max(200)

const email = z.email('must be an e-mail address')

const cidr = z.string().refine((block) => z.union([z.cidrv4(), z.cidrv6()]).safeParse(block).success, {
  error: 'must be an address block such as 10.0.0.0/8 or fd00::/8',
})

const webAddress = z.string().refine(isWebAddress, 'must be a web address without a password in it')

const inventoryPath = z
  .string()
  .regex(/^(?:\/[^/]+)+$/, 'must be a vSphere inventory path such as /DC0/vm/templates/ubuntu-24-04')

const fewNames = z.array(text).min(1).max(100)

const partialPolicy = z.strictObject(policyValues).partial()

const team = z.strictObject({
  id,
  claim: text,
  approvers: z.array(z.strictObject({ userId: text, email })).max(100),
  notify: optional(email),
})

const site = z.strictObject({
  id,
  vcenter: webAddress.refine((address) => address.endsWith('/sdk'), 'must be the SDK’s address, which ends in /sdk'),
  addressAllow: z.array(cidr).default([]),
  addressIgnore: z.array(cidr).default([]),
})

const size = z.strictObject({
  id,
  ...sizeAmounts,
  memoryMiB: sizeAmounts.memoryMiB.multipleOf(4, 'must be a multiple of 4, as vSphere wants it'),
})

export const catalogItemSchema = z.strictObject({
  id,
  version: z.number().int().positive(),
  name: text,
  description: optional(z.string().trim().min(1).max(1_000)),
  os: text,
  siteId: id,
  templatePath: inventoryPath,
  folderPath: inventoryPath,
  resourcePoolPath: inventoryPath,
  alternativeResourcePoolPaths: optional(z.array(inventoryPath).min(1).max(50)),
  datastores: fewNames,
  networks: fewNames,
  sizes: z.array(size).min(1).max(50),
  sshUser: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be the name of a Linux user'),
  sshPort: z.number().int().min(1).max(65_535).default(22),
  namePattern: z.string().superRefine((pattern, context) => {
    const problem = namePatternProblem(pattern)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
  }),
  leasePolicy: optional(partialPolicy),
  approval: z.strictObject({
    notNeededFor: optional(
      z.strictObject({ sizeIds: z.array(id).min(1), maxLeaseSeconds: z.number().int().positive() }),
    ),
  }),
})

const amount = z.number().int().nonnegative()

export const configurationSchema = z.strictObject({
  installationId: id,
  roleClaims: z.partialRecord(z.enum(roles), z.array(text)).default({}),
  teams: z.array(team).min(1),
  sites: z.array(site).min(1),
  catalogItems: z.array(catalogItemSchema).min(1),
  policies: partialPolicy.default({}),
  quotas: z
    .array(
      z.strictObject({
        teamId: id,
        limits: z.strictObject({ vms: amount, vCpu: amount, memoryMiB: amount, diskGiB: amount }).partial(),
      }),
    )
    .default([]),
}) as unknown as z.ZodType<Configuration>

/** What contradicts itself in a policy, by the value to change. */
export function policyProblems(values: Partial<Policy>): { value: keyof Policy; message: string }[] {
  const policy: Policy = { ...defaultPolicy, ...values }
  const ascending: [keyof Policy, keyof Policy][] = [
    ['minLeaseSeconds', 'maxGrantSeconds'],
    ['maxGrantSeconds', 'maxTotalSeconds'],
    ['approvalReminderSeconds', 'approvalEscalationSeconds'],
    ['approvalEscalationSeconds', 'approvalLapseSeconds'],
  ]
  return ascending
    .filter(([smaller, greater]) => policy[smaller] > policy[greater])
    .map(([smaller, greater]) => ({
      value: smaller in values ? smaller : greater,
      message: `${smaller} (${String(policy[smaller])}) must not exceed ${greater} (${String(policy[greater])})`,
    }))
}

function isWebAddress(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, username, password } = new URL(address)
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === ''
}

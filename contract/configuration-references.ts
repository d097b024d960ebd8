import type { z } from 'zod'
import { approvalCanBeNeeded } from '@berth/domain/approval.ts'
import { defaultPolicy, type Policy } from '@berth/domain/policy.ts'
import { catalogItemSchema, policyProblems } from './configuration-schema.ts'

/** Checks of `berth.yaml` that look at more than one place. They take what is there, so that they work beside faults of shape. */

export interface ReferenceProblem {
  path: (string | number)[]
  message: string
}

export function referenceProblems(file: unknown): ReferenceProblem[] {
  return [
    ...doubled(file, 'teams', 'id'),
    ...doubled(file, 'sites', 'id'),
    ...doubled(file, 'catalogItems', 'id'),
    ...doubled(file, 'quotas', 'teamId'),
    ...unknownReferences(file, 'catalogItems', 'siteId', 'sites'),
    ...unknownReferences(file, 'quotas', 'teamId', 'teams'),
    ...contradictions(member(file, 'policies'), {}, ['policies']),
    ...itemProblems(file),
    ...teamsWithoutApprover(file),
  ]
}

interface Place {
  path: (string | number)[]
  value: unknown
}

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined

const entries = (file: unknown, list: string): unknown[] => {
  const found = member(file, list)
  return Array.isArray(found) ? found : []
}

const texts = (list: unknown[], key: string, path: (string | number)[]): Place[] =>
  list
    .map((entry, index) => ({ path: [...path, index, key], value: member(entry, key) }))
    .filter(({ value }) => typeof value === 'string')

const doubledIn = (places: Place[]): ReferenceProblem[] =>
  places
    .filter(({ value }, index) => places.findIndex((other) => other.value === value) < index)
    .map(({ path, value }) => ({ path, message: `${String(value)} is there twice` }))

const doubled = (file: unknown, list: string, key: string) => doubledIn(texts(entries(file, list), key, [list]))

function unknownReferences(file: unknown, list: string, key: string, target: string): ReferenceProblem[] {
  const known = texts(entries(file, target), 'id', [target]).map(({ value }) => value)
  return texts(entries(file, list), key, [list])
    .filter(({ value }) => !known.includes(value))
    .map(({ path, value }) => ({
      path,
      message: `${String(value)} is not among the ${target} (${known.join(', ') || 'none'})`,
    }))
}

/** `own` wins over `inherited`; a contradiction is shown where the own values are. */
function contradictions(
  own: unknown,
  inherited: Partial<Policy>,
  path: string[] | (string | number)[],
): ReferenceProblem[] {
  const values = numbersOf(own)
  return Object.keys(values).length === 0
    ? []
    : policyProblems({ ...inherited, ...values }).map(({ value, message }) => ({
        path: [...path, ...(value in values ? [value] : [])],
        message,
      }))
}

type Numbers = { [V in keyof Policy as Policy[V] extends number ? V : never]: number }

/** The numbers of a policy as it stands in the file, checked or not. */
const numbersOf = (policy: unknown): Partial<Numbers> =>
  Object.fromEntries(
    Object.entries(typeof policy === 'object' && policy !== null ? policy : {}).filter(
      ([, value]) => typeof value === 'number',
    ),
  )

function itemProblems(file: unknown): ReferenceProblem[] {
  const inherited = numbersOf(member(file, 'policies'))
  return entries(file, 'catalogItems').flatMap((item, index) => {
    const path = ['catalogItems', index]
    const sizes = texts(entries(item, 'sizes'), 'id', [...path, 'sizes'])
    const excused = member(member(item, 'approval'), 'notNeededFor')
    const unknownSizes = entries(excused, 'sizeIds')
      .map((sizeId, place) => ({ sizeId, path: [...path, 'approval', 'notNeededFor', 'sizeIds', place] }))
      .filter(({ sizeId }) => !sizes.some(({ value }) => value === sizeId))
    return [
      ...doubledIn(sizes),
      ...unknownSizes.map((unknown) => ({
        path: unknown.path,
        message: `${String(unknown.sizeId)} is not a size of this catalog item`,
      })),
      ...contradictions(member(item, 'leasePolicy'), inherited, [...path, 'leasePolicy']),
    ]
  })
}

/** A request that needs an approval and has nobody to give it would be held for ever. */
function teamsWithoutApprover(file: unknown): ReferenceProblem[] {
  const asking = entries(file, 'catalogItems')
    .map((item) => catalogItemSchema.safeParse(item).data)
    .find((item) => item !== undefined && mayAsk(item, file))
  if (asking === undefined) return []
  return entries(file, 'teams')
    .map((team, index) => ({ path: ['teams', index, 'approvers'], approvers: member(team, 'approvers') }))
    .filter(({ approvers }) => Array.isArray(approvers) && approvers.length === 0)
    .map(({ path }) => ({
      path,
      message: `needs at least one approver, since requests of ${asking.id} can need an approval`,
    }))
}

const mayAsk = (item: z.infer<typeof catalogItemSchema>, file: unknown): boolean => {
  const inherited = numbersOf(member(file, 'policies')).maxGrantSeconds ?? defaultPolicy.maxGrantSeconds
  return approvalCanBeNeeded(
    item.approval,
    item.sizes.map(({ id }) => id),
    item.leasePolicy?.maxGrantSeconds ?? inherited,
  )
}

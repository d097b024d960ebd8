import type { FailureCode } from './failures.ts'
import type { PlacementRules } from './placement.ts'
import { isVmName } from './vm-name.ts'
import type { HoldableState, HoldStep } from './vm-request.ts'

/** What an operator chooses otherwise for the retry of a step. */
export interface Overrides {
  /** A datastore's name. */
  datastore?: string
  /** A network's name. */
  network?: string
  /** A resource pool's inventory path. */
  resourcePool?: string
  vmName?: string
}

export const overrideNames = ['datastore', 'network', 'resourcePool', 'vmName'] as const satisfies (keyof Overrides)[]

/** Among what an operator may choose at a hold. Empty lists: nothing to choose. */
export interface Overridable {
  datastores: string[]
  networks: string[]
  resourcePools: string[]
  vmName: boolean
}

export const nothingOverridable: Overridable = { datastores: [], networks: [], resourcePools: [], vmName: false }

/** As much of a hold as it takes to know what can be chosen. */
interface StoppedAt {
  heldFrom: HoldableState
  step: HoldStep
  code: FailureCode
  givenUp?: true
}

/** As much of the steps of a request. */
type Tried = readonly { name: HoldStep; attempt: number }[]

/**
 * What the catalog item allows, and only while the VM is being built. Another name needs certainty that nothing was built
 * under the first one: before any clone, whose answer may have been lost, or after vCenter said that somebody else has
 * the name.
 */
export function overridable(
  rules: PlacementRules,
  { heldFrom, step, code, givenUp }: StoppedAt,
  steps: Tried,
): Overridable {
  if (heldFrom !== 'provisioning' || givenUp === true || (step !== 'place' && step !== 'clone'))
    return nothingOverridable
  return {
    datastores: [...rules.datastores],
    networks: [...rules.networks],
    resourcePools: [rules.resourcePoolPath, ...(rules.alternativeResourcePoolPaths ?? [])],
    vmName: code === 'nameTaken' || !steps.some(({ name, attempt }) => name === 'clone' && attempt > 0),
  }
}

/** What is wrong with a choice, or undefined. */
export function overridesProblem(overrides: Overrides, allowed: Overridable): string | undefined {
  const unknown = Object.keys(overrides).find((name) => !(overrideNames as string[]).includes(name))
  if (unknown !== undefined) return `there is no choice of ${unknown}; there is of ${overrideNames.join(', ')}`
  return (
    notAmong('datastore', overrides.datastore, allowed.datastores) ??
    notAmong('network', overrides.network, allowed.networks) ??
    notAmong('resource pool', overrides.resourcePool, allowed.resourcePools) ??
    nameProblem(overrides.vmName, allowed.vmName)
  )
}

function notAmong(what: string, chosen: string | undefined, allowed: readonly string[]): string | undefined {
  if (chosen === undefined || allowed.includes(chosen)) return undefined
  return allowed.length === 0
    ? `the ${what} cannot be changed at this step`
    : `${what} ${chosen} is not allowed; it can be ${allowed.join(', ')}`
}

function nameProblem(name: string | undefined, mayRename: boolean): string | undefined {
  if (name === undefined) return undefined
  if (!mayRename) return 'the name cannot be changed at this step: a VM of that name may exist'
  return isVmName(name) ? undefined : `${name} is not a DNS label of small letters, digits and hyphens`
}

/** The rules that `place` looks with. */
export const overriddenRules = (rules: PlacementRules, overrides: Overrides | undefined): PlacementRules => ({
  ...rules,
  ...(overrides?.datastore !== undefined && { datastores: [overrides.datastore] }),
  ...(overrides?.network !== undefined && { networks: [overrides.network] }),
  ...(overrides?.resourcePool !== undefined && { resourcePoolPath: overrides.resourcePool }),
})

/** The place itself did not serve: a retry looks for one again. */
const placedWrongly: readonly FailureCode[] = ['datastoreFull', 'insufficientResources', 'placementMissing']

/** Whether a retry has to begin at `place`. A VM that was cloned stays where it is. */
export const mustPlaceAgain = (
  { step, code }: Pick<StoppedAt, 'step' | 'code'>,
  { datastore, network, resourcePool }: Overrides = {},
): boolean =>
  (step === 'place' || step === 'clone') &&
  (placedWrongly.includes(code) || [datastore, network, resourcePool].some((chosen) => chosen !== undefined))

import { describe, expect, test } from '@jest/globals'
import type { FailureCode } from './failures.ts'
import { mustPlaceAgain, nothingOverridable, overridable, overriddenRules, overridesProblem } from './overrides.ts'

const rules = {
  templatePath: '/DC0/vm/templates/ubuntu',
  folderPath: '/DC0/vm/berth',
  resourcePoolPath: '/DC0/host/C0/Resources',
  alternativeResourcePoolPaths: ['/DC0/host/C1/Resources'],
  datastores: ['fast', 'large'],
  networks: ['blue', 'green'],
}
const atClone = { heldFrom: 'provisioning', step: 'clone', code: 'datastoreFull' } as const
const cloned = [{ name: 'clone', attempt: 1 }] as const

describe('what an operator may choose otherwise', () => {
  test('is what the catalog item allows, while the VM is being built', () => {
    expect(overridable(rules, atClone, cloned)).toEqual({
      datastores: ['fast', 'large'],
      networks: ['blue', 'green'],
      resourcePools: ['/DC0/host/C0/Resources', '/DC0/host/C1/Resources'],
      vmName: false,
    })
  })

  test.each([
    ['after the clone', { ...atClone, step: 'powerOn' }],
    ['in a lease', { ...atClone, heldFrom: 'active', step: 'powerOff' }],
    ['once the request is given up', { ...atClone, givenUp: true }],
  ] as const)('is nothing %s', (_, hold) => {
    expect(overridable(rules, hold, cloned)).toEqual(nothingOverridable)
  })

  test('includes the name only where nothing can have been built under the first one', () => {
    const mayRename = (code: FailureCode, step: 'place' | 'clone', steps: Parameters<typeof overridable>[2]) =>
      overridable(rules, { ...atClone, step, code }, steps).vmName
    expect(mayRename('nameTaken', 'clone', cloned)).toBe(true)
    expect(mayRename('datastoreFull', 'place', [{ name: 'clone', attempt: 0 }])).toBe(true)
    expect(mayRename('datastoreFull', 'place', cloned)).toBe(false)
    expect(mayRename('outOfRetries', 'clone', cloned)).toBe(false)
  })
})

describe('a choice', () => {
  const allowed = overridable(rules, { ...atClone, code: 'nameTaken' }, cloned)

  test.each([
    {},
    { datastore: 'large' },
    { network: 'green', resourcePool: '/DC0/host/C1/Resources' },
    { vmName: 'payments-7' },
  ])('of %p is fine', (overrides) => {
    expect(overridesProblem(overrides, allowed)).toBeUndefined()
  })

  test.each([
    [{ datastore: 'secret' }, 'datastore secret is not allowed; it can be fast, large'],
    [{ network: 'red' }, 'network red is not allowed; it can be blue, green'],
    [{ resourcePool: 'x' }, 'it can be /DC0/host/C0/Resources'],
    [{ vmName: 'Payments_7' }, 'not a DNS label'],
    [{ folder: 'x' }, 'there is no choice of folder'],
  ])('of %p is refused with what is allowed', (overrides: object, words) => {
    expect(overridesProblem(overrides, allowed)).toContain(words)
  })

  test('is refused where nothing can be chosen', () => {
    expect(overridesProblem({ datastore: 'fast' }, nothingOverridable)).toContain('cannot be changed at this step')
    expect(overridesProblem({ vmName: 'fine' }, nothingOverridable)).toContain('a VM of that name may exist')
  })

  test('narrows the rules to what was chosen', () => {
    expect(overriddenRules(rules, { datastore: 'large', resourcePool: '/DC0/host/C1/Resources' })).toEqual({
      ...rules,
      datastores: ['large'],
      resourcePoolPath: '/DC0/host/C1/Resources',
    })
    expect(overriddenRules(rules, undefined)).toEqual(rules)
  })

  test('sends the request back to `place` if it concerns the place, or if the place was what failed', () => {
    const again = (code: FailureCode, step: 'clone' | 'powerOn', overrides = {}) =>
      mustPlaceAgain({ step, code }, overrides)
    expect(again('vcenterTaskFailed', 'clone', { network: 'green' })).toBe(true)
    expect(again('datastoreFull', 'clone')).toBe(true)
    expect(again('nameTaken', 'clone', { vmName: 'other' })).toBe(false)
    expect(again('outOfRetries', 'clone')).toBe(false)
    expect(again('insufficientResources', 'powerOn')).toBe(false)
  })
})

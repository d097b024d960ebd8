import { describe, expect, test } from '@jest/globals'
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

describe('what an operator may choose otherwise', () => {
  test('is what the catalog item allows, while the VM is being built', () => {
    expect(overridable(rules, atClone)).toEqual({
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
    expect(overridable(rules, hold)).toEqual(nothingOverridable)
  })

  test('includes the name only where nothing can have been built under the first one', () => {
    expect(overridable(rules, { ...atClone, code: 'nameTaken' }).vmName).toBe(true)
    expect(overridable(rules, { ...atClone, step: 'place' }).vmName).toBe(true)
    expect(overridable(rules, { ...atClone, code: 'outOfRetries' }).vmName).toBe(false)
  })
})

describe('a choice', () => {
  const allowed = overridable(rules, { ...atClone, code: 'nameTaken' })

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
    expect(mustPlaceAgain('vcenterTaskFailed', { network: 'green' })).toBe(true)
    expect(mustPlaceAgain('datastoreFull')).toBe(true)
    expect(mustPlaceAgain('nameTaken', { vmName: 'other' })).toBe(false)
    expect(mustPlaceAgain('outOfRetries')).toBe(false)
  })
})

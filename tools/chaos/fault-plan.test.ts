import { expect, test } from '@jest/globals'
import { chanceOf } from './chance.ts'
import type { Call } from './fault.ts'
import { faultPlan } from './fault-plan.ts'

const clone: Call = { through: 'vcenter', by: 'agent-demo', name: 'CloneVM_Task' }
const powerOn: Call = { ...clone, name: 'PowerOnVM_Task' }

const hitsOf = (seed: number, calls: Call[]) => {
  const plan = faultPlan(chanceOf(seed))
  plan.add({ through: 'vcenter', probability: 0.3, fault: { kind: 'loseAnswer' } })
  return calls.map((call) => plan.of(call) !== undefined)
}
const clones = Array.from({ length: 200 }, () => clone)

test('the same seed hits the same calls of a method, whatever is called in between', () => {
  const alone = hitsOf(7, clones)
  const mixed = hitsOf(
    7,
    clones.flatMap((call) => [powerOn, call]),
  ).filter((_, index) => index % 2 === 1)
  expect(mixed).toEqual(alone)
  expect(hitsOf(8, clones)).not.toEqual(alone)
})

test('so many are hit as the probability says', () => {
  const hits = hitsOf(3, clones).filter(Boolean).length
  expect(hits).toBeGreaterThan(40)
  expect(hits).toBeLessThan(80)
})

test('a rule hits only what it names, after those to skip, as often as it may, and until it is taken back', () => {
  const plan = faultPlan(chanceOf(1))
  const rule = plan.add({
    ...{ through: 'vcenter', names: ['CloneVM_Task'], by: ['agent-demo'], skip: 1, times: 1 },
    fault: { kind: 'busy' },
  })
  const hit = [powerOn, { ...clone, by: 'another' }, clone, clone, clone].map((call) => plan.of(call)?.kind)
  expect(hit).toEqual([undefined, undefined, undefined, 'busy', undefined])
  expect(rule.hits()).toBe(1)
  const again = plan.add({ through: 'vcenter', fault: { kind: 'refuse' } })
  again.remove()
  expect(plan.of(clone)).toBeUndefined()
})

test('a rule may look at what a call says, and is asked about those that it names', () => {
  const plan = faultPlan(chanceOf(1))
  const asked: unknown[] = []
  const isIt = ({ name, says }: Call) => {
    asked.push(name)
    return says === 'vm-7'
  }
  plan.add({ through: 'vcenter', names: ['CloneVM_Task'], times: 1, isIt, fault: { kind: 'busy' } })
  const hit = [powerOn, clone, { ...clone, says: 'vm-7' }].map((call) => plan.of(call)?.kind)
  expect(hit).toEqual([undefined, undefined, 'busy'])
  expect(asked).toEqual(['CloneVM_Task', 'CloneVM_Task'])
})

test('what was done is in the log', () => {
  const plan = faultPlan(chanceOf(1))
  plan.add({ through: 'vcenter', fault: { kind: 'kill', victim: 'workers', when: 'after' } })
  plan.of(clone)
  expect(plan.log().map(({ what }) => what)).toEqual(['CloneVM_Task by agent-demo: workers killed after it'])
})

test('a kill of what was not running is none: the rule hits again', () => {
  const plan = faultPlan(chanceOf(1))
  const rule = plan.add({ through: 'vcenter', times: 1, fault: { kind: 'kill', victim: 'caller', when: 'after' } })
  const struck = plan.of(clone)
  expect(struck).toMatchObject({ victim: 'agent-demo' })
  if (struck?.kind === 'kill') struck.missed?.()
  expect(rule.hits()).toBe(0)
  expect(plan.of(clone)).toMatchObject({ kind: 'kill' })
  expect([rule.hits(), plan.hitsOn('vcenter', 'agent-demo'), plan.hitsOn('temporal', 'agent-demo')]).toEqual([1, 2, 0])
})

test('what rules look for is known by line', () => {
  const plan = faultPlan(chanceOf(1))
  plan.add({ through: 'database', names: ['insert into notices', 'commit'], fault: { kind: 'refuse' } })
  plan.add({ through: 'database', names: ['commit'], fault: { kind: 'loseAnswer' } })
  plan.add({ through: 'vcenter', names: ['Login'], fault: { kind: 'refuse' } })
  expect(plan.namesThrough('database')).toEqual(['insert into notices', 'commit'])
})

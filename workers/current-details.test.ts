import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { until } from '@berth/testing/until.ts'
import { openWorld, type Life, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

async function detailsOf(life: Life): Promise<string> {
  const { currentDetails } = await life.query<{ currentDetails: string }>('__temporal_workflow_metadata')
  return currentDetails
}

/** Longer than a step goes unexplained, shorter than until the step before it would have been looked at again. */
const itsOwnSeconds = 45

test('what a step waits for is shown, ends with the step, and the next one is explained in its own time', async () => {
  const clone = world.vcenter.holdNext('cloneVm')
  const powerOn = world.vcenter.holdNext('powerOnVm')
  const { id, life } = await world.ask()
  await clone.reached
  const unexplained = await detailsOf(life)
  await until('the clone to be explained', async () => (await detailsOf(life)) !== unexplained, itsOwnSeconds)

  clone.release()
  await powerOn.reached
  expect(await detailsOf(life)).toBe(unexplained)
  await until('the next step to be explained', async () => (await detailsOf(life)) !== unexplained, itsOwnSeconds)

  powerOn.release()
  await world.until(id, 'active')
  expect(await world.violations()).toEqual([])
  await world.keepHistory(id, 'steps-explained')
}, 120_000)

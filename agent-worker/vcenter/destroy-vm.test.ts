import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { aCloneOrder } from '@berth/activities/vcenter/testing/a-clone-order.ts'
import { someProgress } from '@berth/activities/vcenter/testing/vcenter-contract.ts'
import type { CloneOrder } from '@berth/activities/vcenter/vcenter-port.ts'
import { startVcsim } from '@berth/testing/vcsim.ts'
import type { Vcsim } from '@berth/testing/vcsim.ts'
import { findAllByInstanceUuid, findChild } from './inventory.ts'
import { vcsimUnderTest } from './testing/vcsim-under-test.ts'
import { createVsphereVcenter } from './vsphere-vcenter.ts'

const cloneMilliseconds = 2_000

describe('destroying while a clone is under way', () => {
  let vcsim: Vcsim
  let vcenter: ReturnType<typeof vcsimUnderTest>

  beforeAll(async () => {
    vcsim = await startVcsim({ taskDelays: { CloneVm: cloneMilliseconds } })
    vcenter = vcsimUnderTest(vcsim)
  })
  afterAll(() => vcenter.stop())

  const anOrder = async () => aCloneOrder(await vcenter.port.findPlacements(vcsim.rules))

  const thereIsNone = async ({ requestId, placement, vmName }: CloneOrder) => {
    const { client } = vcsim.access
    expect(await findAllByInstanceUuid(client, requestId)).toEqual([])
    expect(await findChild(client, placement.folderMoid, vmName)).toBeUndefined()
  }

  const isNeverThere = async (order: CloneOrder) => {
    await thereIsNone(order)
    // Longer than a clone takes: one that nobody followed would have made its VM by then.
    await sleep(cloneMilliseconds + 1_000)
    await thereIsNone(order)
  }

  /** Begins to clone and leaves in the middle. */
  const leaveClone = async (order: CloneOrder, requestCancelled: boolean) => {
    const abort = new AbortController()
    const reason = new Error('leave')
    const clone = vcenter.port.cloneVm(order, {
      ...someProgress(abort.signal),
      cancelRequested: () => requestCancelled,
      report: () => abort.abort(reason),
    })
    await expect(clone).rejects.toBe(reason)
  }

  test('a cancelled clone leaves nothing behind', async () => {
    const order = await anOrder()
    await leaveClone(order, true)
    await vcenter.port.destroyVm(order, someProgress())
    await isNeverThere(order)
  })

  test('another agent waits for the clone of one that died', async () => {
    const order = await anOrder()
    await leaveClone(order, false)
    await thereIsNone(order)
    const { url, username, password } = vcsim
    const other = createVsphereVcenter({ url, username, password })
    await other.destroyVm(order, someProgress())
    await isNeverThere(order)
    await other.close()
  })

  test('an agent that has to leave does so before the clone has ended', async () => {
    const order = await anOrder()
    await leaveClone(order, false)
    const abort = new AbortController()
    const destroying = vcenter.port.destroyVm(order, someProgress(abort.signal))
    const reason = new Error('the worker shuts down')
    abort.abort(reason)
    await expect(destroying).rejects.toBe(reason)
    await thereIsNone(order)
    await vcenter.port.destroyVm(order, someProgress())
  })
})

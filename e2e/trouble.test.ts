import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import type { ApiDriver } from '@berth/testing/api-driver.ts'
import { testConfiguration } from '@berth/testing/config.ts'
import { openBrowser, Portal } from '@berth/testing/portal-driver.ts'
import { until } from '@berth/testing/until.ts'
import { destroyForeignVm, makeForeignVm, makeTemplate } from '@berth/testing/hands-on-vcenter.ts'
import { invariantsHold } from './invariants-hold.ts'
import { requestIn, requestThat } from './life-of.ts'
import { looksRight } from './looks-right.ts'
import { runningBerth, type RunningBerth } from './running-berth.ts'
import { newKeyPair, sshRun } from './ssh-login.ts'
import { vmsInVcenter } from '@berth/testing/vms-in-vcenter.ts'

const site = 'drills'
const activityStarted = 2 // temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
const key = newKeyPair('trouble@laptop')

let berth: RunningBerth
let browser: Browser
let operator: Portal
let developer: ApiDriver
/** Its workflow is terminated at once; its lease runs out while other things go wrong. */
let orphaned: VmRequest

async function create(changes: { catalogItemId?: string; leaseSeconds?: number; name?: string } = {}) {
  const { body } = await developer.call('createVmRequest', {
    body: {
      catalogItemId: 'drills',
      sizeId: 'small',
      leaseSeconds: 3_600,
      purpose: 'Something goes wrong',
      sshPublicKeys: [key.publicKey],
      ...changes,
    },
  })
  return body
}

const workflowOf = ({ id }: VmRequest) => berth.temporal.workflow.getHandle(vmRequestWorkflowId(site, id))

/** What the Temporal UI shows on top of the workflow's page. */
async function currentDetails(request: VmRequest): Promise<string> {
  const metadata = await workflowOf(request).query<{ currentDetails?: string }>('__temporal_workflow_metadata')
  return metadata.currentDetails ?? ''
}

/** The process of the site as it runs now; while one is being started again the list is shorter. */
const pidOf = (kind: 'agents' | 'vcenters'): Promise<number> =>
  until(`a process of the ${kind}`, async () => {
    const { pids, sites } = await berth.readRun()
    return pids[kind].length === sites.length && pids[kind][sites.findIndex(({ id }) => id === site)]
  })

const foreignName = () => `taken-${randomUUID().slice(0, 8)}`

const vmsOf = async ({ id }: VmRequest) =>
  (await vmsInVcenter(berth.vcenter(site))).filter(({ instanceUuid }) => instanceUuid === id)

beforeAll(async () => {
  berth = await runningBerth()
  developer = berth.as('developer')
  orphaned = await create({ leaseSeconds: 60 })
  browser = await openBrowser(testConfiguration.chromiumBinary())
  operator = await Portal.signIn(browser, berth.run.portalUrl, berth.run.users.operator, '/operations')
})

afterAll(async () => {
  await browser?.close()
  await berth?.close()
})

test('a request whose workflow is terminated gets another one', async () => {
  await requestIn(developer, orphaned.id, 'active')
  const { runId } = await workflowOf(orphaned).describe()
  await workflowOf(orphaned).terminate('by mistake')
  const again = await until('another run', async () => {
    const description = await workflowOf(orphaned).describe()
    return description.runId !== runId && description
  })
  expect(again.status.name).toBe('RUNNING')
})

test('a missing template, a full datastore and a taken name hold a request, say why, and are cured by a retry', async () => {
  const [name, another] = [foreignName(), foreignName()]
  await makeForeignVm(berth.vcenter(site), name)
  await makeForeignVm(berth.vcenter(site), another)
  const unbuilt = await create({ catalogItemId: 'drills-unbuilt' })
  const taken = await create({ name })
  const vast = await create({ catalogItemId: 'drills-vast', name: another })
  const held = (request: VmRequest) => requestIn(developer, request.id, 'held')
  expect((await held(unbuilt)).hold).toMatchObject({ step: 'place', code: 'templateMissing' })
  expect((await held(taken)).hold).toMatchObject({ step: 'clone', code: 'nameTaken' })
  expect((await held(vast)).hold).toMatchObject({ step: 'clone', code: 'nameTaken' })
  // The space of the vast one stays reserved while it is held.
  const full = await create({ catalogItemId: 'drills-vast' })
  expect((await held(full)).hold).toMatchObject({ step: 'place', code: 'datastoreFull' })

  const sentences: [VmRequest, RegExp][] = [
    [unbuilt, /template was not found.*not-built-yet/],
    [taken, /name is taken/],
    [full, /no allowed datastore has enough free space.*LocalDS_1/],
  ]
  for (const [request, sentence] of sentences) {
    await operator.held(request.vmName).getByText(sentence).waitFor()
    expect(await currentDetails(request)).toMatch(sentence)
  }
  expect(await looksRight(operator, 'operations-held')).toEqual([])

  await makeTemplate(berth.vcenter(site), 'not-built-yet')
  await destroyForeignVm(berth.vcenter(site), name)
  await operator.confirm('Abort', 'Nobody needs two of them', operator.held(another))
  await requestIn(developer, vast.id, 'failed')
  for (const request of [unbuilt, taken, full]) {
    await operator.held(request.vmName).getByRole('button', { name: 'Retry', exact: true }).click()
    await requestIn(developer, request.id, 'active')
    expect(await vmsOf(request)).toHaveLength(1)
  }
  await operator.page.getByText('Nothing is held.').waitFor()
  expect(await vmsOf(vast)).toEqual([])
})

test('while vCenter is down a request waits and says so; when it is back the request goes on', async () => {
  const request = await whileKilled('vcenters', async () => {
    const request = await create()
    await operator.openVm(request.id)
    const { waitingFor } = await requestThat(
      developer,
      request.id,
      'waiting',
      (now) => now.waitingFor !== undefined,
      90,
    )
    expect(waitingFor?.sentence).toMatch(/vCenter/)
    await operator.page
      .getByText(/vCenter/)
      .first()
      .waitFor()
    expect(await currentDetails(request)).toMatch(/vCenter/)
    return request
  })
  await requestIn(developer, request.id, 'active', 90)
})

/** Kills the process whenever it is there, until the work is done. */
async function whileKilled<T>(kind: 'agents' | 'vcenters', work: () => Promise<T>): Promise<T> {
  let done = false
  const killing = (async () => {
    for (;;) {
      const pid = await pidOf(kind)
      if (done) return
      process.kill(pid, 'SIGKILL')
      await until('it to be gone', async () => (await berth.readRun()).pids[kind].includes(pid) === false)
    }
  })()
  try {
    return await work()
  } finally {
    done = true
    await killing
  }
}

test('an agent that is killed in the middle of clones leaves one VM each, and all are handed over', async () => {
  let hits = 0
  for (let round = 0; round < 3 && hits === 0; round++) {
    const requests = await Promise.all(Array.from({ length: 6 }, () => create()))
    const ids = requests.map(({ id }) => id)
    const [agent, vcenter] = [await pidOf('agents'), await pidOf('vcenters')]
    await until('a clone to begin', () => isCloning(ids))
    // A vCenter that stands still keeps the clones from ending before the agent does.
    process.kill(vcenter, 'SIGSTOP')
    try {
      await until(
        'an agent to be at a clone',
        async () => (await Promise.all(requests.map(isAtClone))).some(Boolean),
        5,
      )
    } catch {
      continue
    } finally {
      process.kill(agent, 'SIGKILL')
      process.kill(vcenter, 'SIGCONT')
    }
    for (const request of requests) {
      await requestIn(developer, request.id, 'active', 120)
      expect(await vmsOf(request)).toHaveLength(1)
    }
    for (const request of requests) hits += (await cloneAttempts(request)) - 1
  }
  expect(hits).toBeGreaterThan(0)
})

/** Looks as often as it can: a clone in the simulator takes a fraction of a second. */
async function isCloning(ids: string[]): Promise<boolean> {
  const end = performance.now() + 30_000
  while (performance.now() < end) {
    const { rows } = await berth.database.pool.query(
      `select 1 from steps where name = 'clone' and state = 'running' and request_id = any($1)`,
      [ids],
    )
    if (rows.length > 0) return true
    await delay(5)
  }
  return false
}

async function isAtClone(request: VmRequest): Promise<boolean> {
  const { raw } = await workflowOf(request).describe()
  return (raw.pendingActivities ?? []).some(
    ({ activityType, state }) => activityType?.name === 'cloneVm' && state === activityStarted,
  )
}

async function cloneAttempts(request: VmRequest): Promise<number> {
  const { events = [] } = await workflowOf(request).fetchHistory()
  const scheduled = events?.find(
    ({ activityTaskScheduledEventAttributes: activity }) => activity?.activityType?.name === 'cloneVm',
  )
  const started = events?.findLast(
    ({ activityTaskStartedEventAttributes: activity }) =>
      activity?.scheduledEventId !== undefined && String(activity?.scheduledEventId) === String(scheduled?.eventId),
  )
  return Number(started?.activityTaskStartedEventAttributes?.attempt ?? 1)
}

test('while the agent is down a request waits and says so; when the agent is back the request goes on', async () => {
  const request = await whileKilled('agents', async () => {
    const { id } = await create()
    const isSilent = ({ waitingFor }: VmRequest) => /agent of site drills/.test(waitingFor?.sentence ?? '')
    return requestThat(developer, id, 'waiting for the agent', isSilent, 90)
  })
  const { ssh, vmName } = await requestIn(developer, request.id, 'active', 90)
  expect(ssh && (await sshRun(ssh, key, 'hostname'))).toBe(vmName)
})

test('the lease of the request whose workflow was terminated is enforced', async () => {
  await requestThat(
    developer,
    orphaned.id,
    'over',
    ({ state }) => ['expired', 'retiring', 'retired'].includes(state),
    90,
  )
  expect((await vmsOf(orphaned)).filter(({ poweredOn }) => poweredOn)).toEqual([])
})

test('the invariants hold at the end', async () => {
  await invariantsHold(berth)
})

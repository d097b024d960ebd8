import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import { apiDriver, type ApiDriver, type ServerSentEvent } from '@berth/testing/api-driver.ts'
import { startStandInWorker, type StandInWorker } from '@berth/testing/stand-in-worker.ts'
import { startApiWorld, type ApiWorld } from '../testing/api-world.ts'

const list = '/api/v1/vm-requests/events'
const one = (id: string) => `/api/v1/vm-requests/${id}/events`

let world: ApiWorld
let worker: StandInWorker

beforeAll(async () => {
  world = await startApiWorld()
  worker = await startStandInWorker(world.database, world.siteId)
})

afterAll(async () => {
  await worker?.stop()
  await world?.stop()
})

/** Events as they come, and an end to them. */
class Watching {
  readonly #stop = new AbortController()
  readonly #events: AsyncGenerator<ServerSentEvent>

  constructor(driver: ApiDriver, path: string, lastEventId?: string) {
    const resume = lastEventId === undefined ? {} : { lastEventId }
    this.#events = driver.events(path, { signal: this.#stop.signal, ...resume })
  }

  /** The next event; its data is undefined for a mere position. */
  async next(): Promise<{ id: string; data: VmRequest }> {
    const { value, done } = await this.#events.next()
    if (done === true) throw new Error('the stream ended')
    return value as { id: string; data: VmRequest }
  }

  async until(wanted: (request: VmRequest) => boolean): Promise<{ id: string; data: VmRequest }> {
    for (;;) {
      const event = await this.next()
      if (event.data !== undefined && wanted(event.data)) return event
    }
  }

  async ended(): Promise<boolean> {
    for (;;) if ((await this.#events.next()).done === true) return true
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#events.return(undefined)
  }
}

const request = async (driver: ApiDriver, purpose: string): Promise<string> => {
  const wish = {
    catalogItemId: 'ubuntu-24-04',
    sizeId: 'small',
    leaseSeconds: 3_600,
    purpose,
    sshPublicKeys: [anSshPublicKey],
  }
  return (await driver.call('createVmRequest', { body: wish })).body.id
}
const isActive = ({ state }: VmRequest) => state === 'active'

describe('the stream of one request', () => {
  test('shows the request at once and then each change, with growing versions', async () => {
    const id = await request(world.as('developer'), 'one')
    const watching = new Watching(world.as('developer'), one(id))
    const versions: number[] = []
    for (;;) {
      const event = await watching.next()
      expect(event.id).toBe(String(event.data.version))
      versions.push(event.data.version)
      if (isActive(event.data)) break
    }
    await watching.stop()
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b))
  })

  test('resumes: what the client has is not sent again', async () => {
    const developer = world.as('developer')
    const id = await request(developer, 'two')
    const { version } = await developer.vmRequestOnce(id, isActive)
    const resumed = new Watching(developer, one(id), String(version))
    await developer.call('extendLease', { params: { id }, body: { leaseSeconds: 60 } })
    const { data } = await resumed.next()
    expect(data.version).toBeGreaterThan(version)
    expect(data.lease.extensionsUsed).toBe(1)
    await resumed.stop()
  })

  test('shows the percent of a clone under way', async () => {
    const { cloneVm } = worker.script
    let finish: () => void = () => undefined
    worker.script.cloneVm = async (order) => {
      worker.heartbeat({ percent: 42 })
      await new Promise<void>((resolve) => (finish = resolve))
      return cloneVm(order)
    }
    const id = await request(world.as('developer'), 'three')
    const cloning = await world
      .as('developer')
      .vmRequestOnce(id, ({ steps }) => steps.some(({ progress }) => progress === 42))
    expect(cloning.steps.find(({ name }) => name === 'clone')).toMatchObject({ state: 'running', progress: 42 })
    worker.script.cloneVm = cloneVm
    finish()
    await world.as('developer').vmRequestOnce(id, isActive)
  })
})

describe('the stream of all requests', () => {
  test('shows each change of what one may see, and nothing else', async () => {
    const theirs = new Watching(world.as('stranger'), list)
    const mine = new Watching(world.as('developer2'), list)
    await Promise.all([theirs.next(), mine.next()])
    const id = await request(world.as('developer'), 'a team’s')
    expect((await mine.until(isActive)).data.id).toBe(id)
    const own = await request(world.as('stranger'), 'another team’s')
    expect((await theirs.until(() => true)).data.id).toBe(own)
    await Promise.all([theirs.stop(), mine.stop()])
  })

  test('resumes at its position: nothing that happened meanwhile is missed', async () => {
    const watching = new Watching(world.as('auditor'), list)
    const { id: position } = await watching.next()
    await watching.stop()
    const ids = await Promise.all(['a', 'b', 'c'].map((purpose) => request(world.as('developer'), purpose)))
    const resumed = new Watching(world.as('auditor'), list, position)
    const seen = new Set<string>()
    while (!ids.every((id) => seen.has(id))) seen.add((await resumed.until(() => true)).data.id)
    await resumed.stop()
  })

  test('keeps to its filter', async () => {
    const watching = new Watching(world.as('auditor'), `${list}?q=filtered`)
    await watching.next()
    await request(world.as('developer'), 'something else')
    const id = await request(world.as('developer'), 'is filtered')
    expect((await watching.until(() => true)).data.id).toBe(id)
    await watching.stop()
  })
})

describe('the stream of requests in a state', () => {
  test('tells that a request left it, whether it was sent or there from the beginning', async () => {
    const developer = world.as('developer')
    const before = await request(developer, 'there before')
    await developer.vmRequestOnce(before, isActive)
    const watching = new Watching(world.as('auditor'), `${list}?state=active`)
    await watching.next()
    const after = await request(developer, 'came later')
    await watching.until(({ id, state }) => id === after && state === 'active')
    for (const id of [before, after]) {
      await developer.call('releaseVm', { params: { id }, body: {} })
      const left = await watching.until((now) => now.id === id && now.state !== 'active')
      expect(left.data.state).toBe('released')
    }
    await watching.stop()
  })

  test('tells it also to who was away meanwhile', async () => {
    const developer = world.as('developer')
    const id = await request(developer, 'leaves unseen')
    await developer.vmRequestOnce(id, isActive)
    const watching = new Watching(world.as('auditor'), `${list}?state=active`)
    const { id: position } = await watching.next()
    await watching.stop()
    await developer.call('releaseVm', { params: { id }, body: {} })
    await developer.vmRequestOnce(id, ({ state }) => state === 'released')
    const resumed = new Watching(world.as('auditor'), `${list}?state=active`, position)
    expect((await resumed.until((now) => now.id === id)).data.state).toBe('released')
    await resumed.stop()
  })
})

describe('a stream ends', () => {
  test('when its token is revoked', async () => {
    const developer = world.as('developer')
    const { body: made } = await developer.call('createToken', { body: { name: 'stream' } })
    const watching = new Watching(apiDriver(world.origin, made.token), list)
    await watching.next()
    await developer.call('deleteToken', { params: { id: made.id } })
    expect(await watching.ended()).toBe(true)
  })

  test('when one may no longer see the request', async () => {
    const id = await request(world.as('developer'), 'for the team')
    const watching = new Watching(world.as('both'), one(id))
    await watching.next()
    await world.database.pool.query(`delete from team_memberships where user_id = 'both' and team_id = 'platform'`)
    await world.as('developer').vmRequestOnce(id, isActive)
    await world.database.pool.query('update vm_requests set purpose = purpose where id = $1', [id])
    expect(await watching.ended()).toBe(true)
  })

  test('and says that it is there meanwhile', async () => {
    const stop = new AbortController()
    const response = await world.as('auditor').fetch(list, { signal: stop.signal })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    let text = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (text.includes(': still here')) break
    }
    stop.abort()
    expect(text).toMatch(/^retry: 2000\n\nid: \d+\n\n/)
  })
})

test('sites tell their agents and what waits for them', async () => {
  const { body } = await world.as('developer').call('listSites')
  expect(body.items).toMatchObject([{ id: world.siteId, backlog: 0, agents: [{ alive: true, version: '1.0.0' }] }])
})

test('the workflow engine counts as reachable', async () => {
  expect(await (await world.as('developer').fetch('/readyz')).json()).toEqual({
    status: 'ready',
    database: 'ok',
    temporal: 'ok',
  })
  expect(await (await world.as('developer').fetch('/metrics')).text()).toContain(
    'berth_http_request_duration_seconds_count{endpoint="listSites",status="200"} 1',
  )
})

test('the invariants hold at the end', async () => {
  expect(await worker.invariantsHold()).toBe(true)
})

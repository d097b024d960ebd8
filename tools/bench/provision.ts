import { setTimeout as pause } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { apiDriver, type ApiDriver } from '@berth/testing/api-driver.ts'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import { secondsBetween } from '@berth/domain/instant.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { startBenchBerth, type BenchBerth } from './bench-berth.ts'
import type { Peer } from './govmomi-peer.ts'
import { percentile } from './percentile.ts'

const cloneSeconds = 1
const guestSeconds = 1

export interface ProvisionFigures {
  steady: { requests: number; perSecond: number; overheadMsP50: number; overheadMsP99: number }
  burst: { requests: number; wallSeconds: number; overheadMsP50: number; overheadMsP99: number }
  soap: {
    perProvision: Record<string, number>
    provisionTotal: number
    perDestroy: Record<string, number>
    destroyTotal: number
  }
  life: { warnings: number; events: number; historyBytes: number }
  /** The same VM by a plain govmomi program, in the same run. */
  govmomi: { overheadMsP50: number; burstWallSeconds: number; callsEach: number }
}

/** Overhead of a provision, SOAP calls by method, and what one life leaves in Temporal's history. */
export async function benchProvision(
  options: { requests: number; burst: number },
  peer: Peer,
): Promise<ProvisionFigures> {
  const times = await withBerth(false, async (berth, api) => {
    await provisionAll(api, 5, 0)
    const steady = await provisionAll(api, options.requests, 1)
    const burstFrom = Date.now()
    const burst = await provisionAll(api, options.burst, 0)
    const govmomi = await peerFigures(berth, peer, options)
    const burstEnd = Math.max(...burst.map(({ handedOverAt }) => Date.parse(handedOverAt ?? '')))
    return {
      steady: { requests: steady.length, perSecond: 1, ...overheads(steady) },
      burst: { requests: burst.length, wallSeconds: (burstEnd - burstFrom) / 1_000, ...overheads(burst) },
      life: await oneLife(berth, api),
      govmomi,
    }
  })
  return { ...times, soap: await withBerth(true, soapCalls) }
}

async function withBerth<Result>(
  logsCalls: boolean,
  measure: (berth: BenchBerth, api: ApiDriver) => Promise<Result>,
): Promise<Result> {
  const berth = await startBenchBerth({ cloneSeconds, guestSeconds, logsCalls })
  try {
    return await measure(berth, apiDriver(berth.run.portalUrl, berth.run.tokens.developer))
  } finally {
    await berth.stop()
  }
}

/** (handed over − accepted) − clone − guest: what Berth itself takes. */
function overheads(requests: readonly VmRequest[]): { overheadMsP50: number; overheadMsP99: number } {
  const milliseconds = requests.map(
    ({ requestedAt, handedOverAt }) =>
      (secondsBetween(requestedAt, handedOverAt ?? '') - cloneSeconds - guestSeconds) * 1_000,
  )
  return { overheadMsP50: percentile(milliseconds, 50), overheadMsP99: percentile(milliseconds, 99) }
}

async function provisionAll(api: ApiDriver, count: number, perSecond: number): Promise<VmRequest[]> {
  const asked: Promise<string>[] = []
  for (let n = 0; n < count; n++) {
    asked.push(ask(api, 600))
    if (perSecond > 0) await pause(1_000 / perSecond)
  }
  return untilAllActive(api, new Set(await Promise.all(asked)))
}

/** One question for all of them, so that asking is not what is measured. */
async function untilAllActive(api: ApiDriver, ids: ReadonlySet<string>): Promise<VmRequest[]> {
  for (;;) {
    const { body } = await api.call('listVmRequests', { query: { limit: 200 } })
    const asked = body.items.filter(({ id }) => ids.has(id))
    const stuck = asked.find(({ state }) => ['failed', 'held', 'rejected'].includes(state))
    if (stuck !== undefined) throw new Error(`${stuck.id} is ${stuck.state}: ${stuck.hold?.message ?? ''}`)
    if (asked.length === ids.size && asked.every(({ state }) => state === 'active')) return asked
    await pause(500)
  }
}

async function peerFigures(berth: BenchBerth, peer: Peer, { requests, burst }: { requests: number; burst: number }) {
  const single = await peer.provision(berth.run, { count: requests, atOnce: false })
  const many = await peer.provision(berth.run, { count: burst, atOnce: true })
  const overheads = single.seconds.map((seconds) => (seconds - cloneSeconds - guestSeconds) * 1_000)
  return {
    overheadMsP50: percentile(overheads, 50),
    burstWallSeconds: many.wallSeconds,
    callsEach: single.callsEach,
  }
}

async function ask(api: ApiDriver, leaseSeconds: number): Promise<string> {
  const { body } = await api.call('createVmRequest', {
    idempotencyKey: crypto.randomUUID(),
    body: {
      catalogItemId: 'ubuntu-24-04',
      sizeId: 'small',
      leaseSeconds,
      purpose: 'to measure Berth',
      sshPublicKeys: [anSshPublicKey],
    },
  })
  return body.id
}

async function until(api: ApiDriver, id: string, state: VmRequest['state']): Promise<VmRequest> {
  for (;;) {
    const { body } = await api.call('getVmRequest', { params: { id } })
    if (body.state === state) return body
    if (['failed', 'held', 'rejected'].includes(body.state))
      throw new Error(`${id} is ${body.state}: ${body.hold?.message ?? ''}`)
    await pause(500)
  }
}

/** Calls are counted over ten provisions and ten releases one after another, with nothing else going on. */
async function soapCalls(berth: BenchBerth, api: ApiDriver): Promise<ProvisionFigures['soap']> {
  const rounds = 10
  await provisionAll(api, 3, 0)
  const before = countCalls(berth)
  const built: string[] = []
  for (let n = 0; n < rounds; n++) built.push((await until(api, await ask(api, 600), 'active')).id)
  const between = countCalls(berth)
  for (const id of built) await api.call('releaseVm', { params: { id } })
  for (const id of built) await until(api, id, 'released')
  const after = countCalls(berth)
  const perProvision = perRound(before, between, rounds)
  const perDestroy = perRound(between, after, rounds)
  return { perProvision, provisionTotal: total(perProvision), perDestroy, destroyTotal: total(perDestroy) }
}

function countCalls(berth: BenchBerth): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { msg, method } of berth.agentLog())
    if (msg === 'vCenter call' && method !== undefined) counts.set(method, (counts.get(method) ?? 0) + 1)
  return counts
}

function perRound(from: Map<string, number>, to: Map<string, number>, rounds: number): Record<string, number> {
  const methods = [...to].map(([method, count]) => [method, (count - (from.get(method) ?? 0)) / rounds] as const)
  return Object.fromEntries(methods.filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a))
}

const total = (calls: Record<string, number>): number => Object.values(calls).reduce((sum, count) => sum + count, 0)

/** A whole life with four warnings, to its end. */
async function oneLife(berth: BenchBerth, api: ApiDriver): Promise<ProvisionFigures['life']> {
  const id = await ask(api, 20)
  const ended = await until(api, id, 'retired')
  const connection = await Connection.connect({ address: berth.run.temporalAddress })
  const client = new Client({ connection, namespace: berth.run.temporalNamespace })
  const { historyLength, historySize } = await client.workflow
    .getHandle(vmRequestWorkflowId(ended.siteId, id))
    .describe()
  await connection.close()
  return { warnings: 4, events: historyLength, historyBytes: historySize ?? 0 }
}

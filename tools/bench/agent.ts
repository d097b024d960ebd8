import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { findByInventoryPath } from '@berth/agent-worker/vcenter/inventory.ts'
import { readPropertiesBelow } from '@berth/agent-worker/vcenter/read-properties.ts'
import { runTask } from '@berth/agent-worker/vcenter/vcenter-task.ts'
import { moref, type ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import { siteQueue } from '@berth/domain/task-queues.ts'
import { startSiteSteps, type SiteSteps } from '@berth/testing/site-steps.ts'
import { testServers, uniqueSiteId } from '@berth/testing/test-servers.ts'
import { until } from '@berth/testing/until.ts'
import { startVcsim, type Vcsim } from '@berth/testing/vcsim.ts'
import { inheritedEnvironment, repository } from '../start/config.ts'
import { startTestServers } from '../test/start-test-servers.ts'
import { useServers } from './config.ts'
import { memoryOf } from './memory-of.ts'
import { processorTimes } from './processor-times.ts'

/** Read from /proc: Linux only. */
export interface AgentFigures {
  waits: number
  coldStartSeconds: number
  idleMiB: number
  waitingMiB: number
  /** Of one core. */
  waitingCpuPercent: number
}

const installationId = 'berth-test'
const measuredSeconds = 30

/** What an agent takes that waits for the addresses of many VMs, on a real Temporal and a simulated vCenter. */
export async function benchAgent(waits: number): Promise<AgentFigures> {
  const folder = mkdtempSync(path.join(tmpdir(), 'berth-bench-'))
  const servers = await startTestServers(folder, inheritedEnvironment())
  useServers(servers.environment)
  const vcsim = await startVcsim({ vms: waits + 1 })
  const steps = await startSiteSteps()
  let agent: ChildProcess | undefined
  try {
    const requestIds = await makeOurs(vcsim)
    const siteId = uniqueSiteId()
    const settings = { ...mallocSettings, NODE_COMPILE_CACHE: path.join(folder, 'compile-cache') }
    await fillCompileCache(vcsim, settings)
    const begun = performance.now()
    agent = await startAgent(vcsim, siteId, settings)
    const coldStartSeconds = (performance.now() - begun) / 1_000
    await pause(5_000)
    const idleMiB = residentMiB(agent)
    const rules = { allow: [], ignore: [], settleSeconds: 0, timeoutSeconds: 3_600 }
    for (const requestId of requestIds) {
      const argument = { vm: { installationId, requestId }, rules }
      await steps.begin({ taskQueue: siteQueue(siteId), activity: 'waitForIp', argument, heartbeatSeconds: 20 })
    }
    await until('all waits to be under way', async () => (await running(steps)) >= waits, 300)
    await pause(20_000)
    const cpuBefore = cpuSeconds(agent)
    await pause(measuredSeconds * 1_000)
    const waitingCpuPercent = ((cpuSeconds(agent) - cpuBefore) / measuredSeconds) * 100
    return { waits, coldStartSeconds, idleMiB, waitingMiB: residentMiB(agent), waitingCpuPercent }
  } finally {
    agent?.kill('SIGKILL')
    await steps.stop()
    await vcsim.stop()
    await servers.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const running = async ({ client }: SiteSteps): Promise<number> =>
  (await client.workflow.count(`WorkflowType = 'oneStep' and ExecutionStatus = 'Running'`)).count

/** Stock VMs become VMs of as many requests: cloning that many takes the simulator minutes. */
async function makeOurs({ access, rules }: Vcsim): Promise<string[]> {
  const { client, stream } = access
  const root = await findByInventoryPath(client, rules.folderPath.slice(0, rules.folderPath.lastIndexOf('/')))
  const found = await readPropertiesBelow(client, [root as ManagedObjectReference], {
    VirtualMachine: ['config.template'],
  })
  const vms = [...found].filter(([, properties]) => properties['config.template'] !== true)
  const ids: string[] = []
  for (const [key] of vms) {
    const requestId = crypto.randomUUID()
    const extraConfig = [
      { key: 'berth.installationId', value: installationId },
      { key: 'berth.requestId', value: requestId },
    ]
    const vm = moref('VirtualMachine', key.slice(key.indexOf(':') + 1))
    await runTask(client, stream, 'ReconfigVM_Task', vm, { spec: { instanceUuid: requestId, extraConfig } })
    ids.push(requestId)
  }
  return ids
}

async function startAgent(
  { url, username, password }: Vcsim,
  siteId: string,
  settings: Record<string, string>,
): Promise<ChildProcess> {
  const child = spawn(process.execPath, agentCommand, {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...inheritedEnvironment(),
      ...settings,
      BERTH_SITE_ID: siteId,
      BERTH_INSTALLATION_ID: installationId,
      BERTH_VCENTER_URL: url,
      BERTH_VCENTER_USERNAME: username,
      BERTH_VCENTER_PASSWORD: password,
      TEMPORAL_ADDRESS: testServers.temporalAddress,
      TEMPORAL_NAMESPACE: testServers.temporalNamespace,
    },
  })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  for (;;) if (((await once(lines, 'line')) as [string])[0].includes('agent ready')) return child
}

/** As docker/agent.Dockerfile sets them, and starts it. */
const mallocSettings = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' }
const agentCommand = ['--max-semi-space-size=1', '--optimize-for-size', 'agent-worker/main.ts']

/** The image has its cache from when it was built. */
async function fillCompileCache(vcsim: Vcsim, settings: Record<string, string>): Promise<void> {
  const agent = await startAgent(vcsim, uniqueSiteId(), settings)
  agent.kill('SIGTERM')
  await once(agent, 'exit')
}

const residentMiB = ({ pid = 0 }: ChildProcess): number => memoryOf(pid).residentMiB

const cpuSeconds = ({ pid = 0 }: ChildProcess): number => processorTimes({ agent: pid })['agent'] ?? 0

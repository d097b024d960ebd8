import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { testServers } from '@berth/testing/test-servers.ts'
import type { Vcsim } from '@berth/testing/vcsim.ts'

export interface AgentProcess {
  child: ChildProcess
  /** All lines of its log so far. */
  said: string[]
  /** Settles when it polls its queues; rejects when it ended before. */
  saysReady: Promise<void>
  /** Its exit code, and the signal that ended it. */
  exited: Promise<[number | null, string | null]>
}

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

/** The agent as it runs at a site; `changes` go into its environment. */
export function startAgentProcess(
  { url, username, password }: Pick<Vcsim, 'url' | 'username' | 'password'>,
  changes: Record<string, string>,
): AgentProcess {
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      BERTH_INSTALLATION_ID: 'berth-test',
      BERTH_VCENTER_URL: url,
      BERTH_VCENTER_USERNAME: username,
      BERTH_VCENTER_PASSWORD: password,
      TEMPORAL_ADDRESS: testServers.temporalAddress,
      TEMPORAL_NAMESPACE: testServers.temporalNamespace,
      ...changes,
    },
  })
  const said: string[] = []
  const exited = once(child, 'exit') as AgentProcess['exited']
  const ready = Promise.withResolvers<void>()
  ready.promise.catch(() => undefined)
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(line)
    if (line.includes('agent ready')) ready.resolve()
  })
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  exited.then(() => ready.reject(new Error(`the agent ended: ${said.join('\n')}`)), ready.reject)
  return { child, said, saysReady: ready.promise, exited }
}

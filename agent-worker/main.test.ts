import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { uniqueSiteId } from '@berth/testing/test-servers.ts'
import { startVcsim } from '@berth/testing/vcsim.ts'
import type { Vcsim } from '@berth/testing/vcsim.ts'
import { startAgentProcess } from './testing/agent-process.ts'

describe('the agent’s process', () => {
  let vcsim: Vcsim

  beforeAll(async () => {
    vcsim = await startVcsim()
  })
  afterAll(() => vcsim.stop())

  const start = (changes: Record<string, string> = {}) =>
    startAgentProcess(vcsim, { BERTH_SITE_ID: uniqueSiteId(), ...changes })

  test('is ready, listens on nothing, says no secret, and leaves in order', async () => {
    const agent = start()
    await agent.saysReady
    expect(listeningSockets(agent.child.pid ?? 0)).toEqual([])
    agent.child.kill('SIGTERM')
    expect(await agent.exited).toEqual([0, null])
    expect(agent.said.join('\n')).toContain('agent stopped')
    expect(agent.said.join('\n')).not.toContain(vcsim.password.slice(0, 10))
    for (const line of agent.said) expect(() => JSON.parse(line)).not.toThrow()
  })

  test('says everything that is wrong with its environment, and ends', async () => {
    const agent = start({ BERTH_SITE_ID: '', BERTH_VCENTER_URL: 'nonsense' })
    expect(await agent.exited).toEqual([1, null])
    expect(agent.said.join('')).toContain('BERTH_SITE_ID: must be set')
    expect(agent.said.join('')).toContain('BERTH_VCENTER_URL: must be an address')
  })
})

/** Inodes of the TCP sockets of a process that listen; Linux only, elsewhere there is nothing to look at. */
function listeningSockets(pid: number): string[] {
  if (process.platform !== 'linux') return []
  const own = readdirSync(`/proc/${pid}/fd`).map((descriptor) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${descriptor}`)
    } catch {
      return ''
    }
  })
  const rows = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1),
  )
  const listening = rows.map((row) => row.trim().split(/\s+/)).filter((columns) => columns[3] === '0A')
  return listening.map((columns) => `socket:[${columns[9]}]`).filter((socket) => own.includes(socket))
}

import { mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import { berthProcesses } from './berth-processes.ts'
import { readConfiguration } from './config.ts'
import { neededServers } from './needed-servers.ts'
import { readOrMakeSecrets } from './secrets.ts'
import { settingsFrom, type Settings } from './settings.ts'

const home = mkdtempSync(path.join(os.tmpdir(), 'berth-own-servers-'))
const own = { TEMPORAL_ADDRESS: '127.0.0.1:7233', BERTH_HOME: home }

function settingsWith(environment: Record<string, string>, simulatedSites: string[] = []): Settings {
  const realSites = [{ id: 'ams1', vcenter: 'https://vcenter.example.com/sdk' }]
  const demo = { file: path.join(home, 'berth.yaml'), installationId: 'acme', simulatedSites, realSites }
  return settingsFrom(readConfiguration(environment), demo, readOrMakeSecrets(home), 1)
}

const environmentOf = (settings: Settings, name: string) => {
  const processes = berthProcesses(settings, '/bin/vcsim', (_process, _server, address) => address)
  return Object.values(processes)
    .flat()
    .find((process) => process.name === name)?.env
}

test.each([
  ['nothing, with servers of the user’s own and real sites', own, [], []],
  ['no Temporal, with one of the user’s own', own, ['demo'], ['vcsim']],
  ['no simulator, with real sites only', { BERTH_HOME: home }, [], ['temporal']],
  ['both for the demo', { BERTH_HOME: home }, ['demo'], ['temporal', 'vcsim']],
])('of programs it needs %s', async (_, environment, sites, needed) => {
  const looked: string[] = []
  const find = ({ name }: { name: string }) => {
    looked.push(name)
    return Promise.resolve(`/bin/${name}`)
  }
  await neededServers(settingsWith(environment, sites), readConfiguration(environment), find)
  expect(looked).toEqual(needed)
})

test('the pages of a Temporal of the user’s own are linked where the user says, else nowhere', () => {
  const told = { ...own, BERTH_TEMPORAL_UI_URL: 'https://temporal.example.com' }
  expect(environmentOf(settingsWith(told), 'api')).toMatchObject({
    BERTH_TEMPORAL_UI_URL: 'https://temporal.example.com',
  })
  expect(environmentOf(settingsWith(own), 'api')).not.toHaveProperty('BERTH_TEMPORAL_UI_URL')
  expect(environmentOf(settingsWith({ BERTH_HOME: home }), 'api')).toMatchObject({
    BERTH_TEMPORAL_UI_URL: 'http://127.0.0.1:7082',
  })
})

test('a delay of a task that the simulator does not know is refused: it would have no effect', () => {
  const { taskDelays } = readConfiguration({ BERTH_VCSIM_METHOD_DELAY: 'CloneVm:1000,PowerOn:500' })
  expect(taskDelays).toEqual({ CloneVm: 1_000, PowerOn: 500 })
  expect(() => readConfiguration({ BERTH_VCSIM_METHOD_DELAY: 'PowerOnVm:500' })).toThrow('it is "PowerOnVm:500"')
})

test('a log level that one of the processes does not know is refused at once', () => {
  expect(() => readConfiguration({ BERTH_LOG_LEVEL: 'trace' })).toThrow('BERTH_LOG_LEVEL is trace')
})

import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseConfiguration } from '@berth/contract/configuration.ts'
import { demoConfiguration } from './demo-configuration.ts'
import { portsFrom } from './ports.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'berth-configuration-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const made = (portBase: number, siteCount: number, ownFile?: string) => {
  const demo = demoConfiguration({
    home,
    ports: portsFrom(portBase),
    siteCount,
    ...(ownFile !== undefined && { ownFile }),
  })
  const parsed = parseConfiguration(readFileSync(demo.file, 'utf8'))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return { ...demo, ...parsed.configuration }
}

test('another port base moves the simulated vCenter', () => {
  const { sites, simulatedSites } = made(17_080, 1)
  expect(simulatedSites).toEqual(['demo'])
  expect(sites.map((site) => site.vcenter)).toEqual(['http://127.0.0.1:17090/sdk'])
})

test('a second site has a vCenter and a catalog of its own', () => {
  const { sites, catalogItems, simulatedSites } = made(7_080, 2)
  expect(simulatedSites).toEqual(['demo', 'demo-2'])
  expect(sites.map((site) => site.vcenter)).toEqual(['http://127.0.0.1:7090/sdk', 'http://127.0.0.1:7091/sdk'])
  const itemsAt = (siteId: string) => catalogItems.filter((item) => item.siteId === siteId).map((item) => item.id)
  expect(itemsAt('demo-2')).toEqual(itemsAt('demo').map((id) => `${id}-2`))
})

test('a site with a vCenter of its own is not simulated and not changed', () => {
  const ownFile = path.join(home, 'own.yaml')
  const repositoryFile = readFileSync(path.join(import.meta.dirname, '..', '..', 'berth.yaml'), 'utf8')
  writeFileSync(ownFile, repositoryFile.replace(/vcenter: \S+/, 'vcenter: https://vcenter.example.com/sdk'))
  const { sites, simulatedSites, realSites } = made(17_080, 1, ownFile)
  expect(simulatedSites).toEqual([])
  expect(realSites).toEqual([{ id: 'demo', vcenter: 'https://vcenter.example.com/sdk' }])
  expect(sites.map((site) => site.vcenter)).toEqual(['https://vcenter.example.com/sdk'])
})

test.each([
  ['not: [closed', /^The configuration .*own\.yaml is not YAML: /],
  ['installationId: demo', /^The configuration .*own\.yaml is wrong:\n/],
])('a file with "%s" is refused before anything starts', (content, refusal) => {
  const ownFile = path.join(home, 'own.yaml')
  writeFileSync(ownFile, content)
  expect(() => made(7_080, 1, ownFile)).toThrow(refusal)
})

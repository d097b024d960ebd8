import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseDocument, type Document } from 'yaml'
import { z } from 'zod'
import { Refusal } from '../refusal.ts'
import { repository } from './config.ts'
import type { Ports } from './ports.ts'
import { vcenterUrl } from './site.ts'
import { writeAtomically } from './write-atomically.ts'

export interface DemoConfiguration {
  /** The configuration that the processes read. */
  file: string
  installationId: string
  /** Sites without a vCenter of their own: each gets a simulated one. */
  simulatedSites: string[]
  /** Sites with one: the agent finds its credentials in the environment. */
  realSites: { id: string; vcenter: string }[]
}

/** Only what has to be known before anything runs; the workers check the whole of it. */
const outline = z.looseObject({
  installationId: z.string().min(1),
  sites: z.array(z.looseObject({ id: z.string().min(1), vcenter: z.string() })).min(1),
  catalogItems: z.array(z.looseObject({ id: z.string(), siteId: z.string() })),
})
type Outline = z.infer<typeof outline>

/** Stands in a berth.yaml for a vCenter that `npm start` is to simulate: a port of the first copy, on this machine. */
const simulatedVcenter = /^https?:\/\/(127\.0\.0\.1|localhost):7\d{3}\/sdk$/

interface Wanted {
  home: string
  ports: Ports
  siteCount: number
  /** A file of the user's own instead of the repository's. */
  ownFile?: string
}

/** Berth's configuration for this copy: a berth.yaml with this copy's addresses and number of sites. */
export function demoConfiguration({ home, ports, siteCount, ownFile }: Wanted): DemoConfiguration {
  const source = ownFile ?? path.join(repository, 'berth.yaml')
  const document = readYaml(source)
  const { installationId, sites } = parsed(document, source)
  const simulated = sites.filter((site) => simulatedVcenter.test(site.vcenter)).map((site) => site.id)
  addSites(document, simulated, siteCount)
  const all = parsed(document, source).sites
  const simulatedSites = all.filter((site) => simulatedVcenter.test(site.vcenter)).map((site) => site.id)
  for (const [position, site] of all.entries()) {
    const index = simulatedSites.indexOf(site.id)
    if (index >= 0) document.setIn(['sites', position, 'vcenter'], vcenterUrl(ports.vcenter(index)))
  }
  const file = path.join(home, 'berth.yaml')
  writeAtomically(file, document.toString())
  const realSites = all.filter(({ id }) => !simulatedSites.includes(id)).map(({ id, vcenter }) => ({ id, vcenter }))
  return { file, installationId, simulatedSites, realSites }
}

function readYaml(file: string): Document {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new Refusal(`The configuration ${file} cannot be read.`)
  }
  const document = parseDocument(text)
  const [first] = document.errors
  if (first) throw new Refusal(`The configuration ${file} is not YAML: ${first.message}`)
  return document
}

function parsed(document: Document, file: string): Outline {
  const result = outline.safeParse(document.toJS())
  if (!result.success) throw new Refusal(`The configuration ${file} is wrong:\n${z.prettifyError(result.error)}`)
  return result.data
}

/** More sites than the file has are copies of its first simulated one, each with the same catalog. */
function addSites(document: Document, simulated: string[], count: number): void {
  const [first] = simulated
  if (first === undefined) return
  const { sites, catalogItems } = document.toJS() as Outline
  for (let number = simulated.length + 1; number <= count; number++) {
    const id = `${first}-${number}`
    document.addIn(['sites'], document.createNode({ ...sites.find((site) => site.id === first), id }))
    for (const item of catalogItems.filter((candidate) => candidate.siteId === first))
      document.addIn(['catalogItems'], document.createNode({ ...item, id: `${item.id}-${number}`, siteId: id }))
  }
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import { runQuietly } from '../bootstrap/run-quietly.mjs'
import { inheritedEnvironment } from '../start/config.ts'
import type { Settings } from '../start/settings.ts'
import { vcenterUrl, type Site } from '../start/site.ts'

export interface PeerFigures {
  /** Seconds from the first call to the address, one VM after another. */
  seconds: number[]
  /** Wall time of all, at all sites at the same time. */
  wallSeconds: number
  /** Login and waiting included. */
  callsEach: number
}

export interface Peer {
  provision(settings: Settings, options: { count: number; atOnce: boolean }): Promise<PeerFigures>
  remove(): void
}

/** A plain govmomi program on the same vCenter: no engine, no approval, no record. It needs Go, as the servers do when they are built. */
export async function buildGovmomiPeer(): Promise<Peer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'berth-peer-'))
  const program = path.join(folder, 'govmomi-peer')
  await runQuietly('go', ['build', '-mod=readonly', '-o', program, '.'], {
    cwd: path.join(import.meta.dirname, 'govmomi'),
  })
  let batch = 0
  return {
    async provision({ sites }, { count, atOnce }) {
      batch += 1
      const bySite = await Promise.all(sites.map((site) => provisionAt(site, Math.round(count / sites.length), atOnce)))
      return {
        seconds: bySite.flatMap(({ seconds }) => seconds),
        wallSeconds: Math.max(...bySite.map(({ wallSeconds }) => wallSeconds)),
        callsEach: Math.max(...bySite.map(({ callsEach }) => callsEach)),
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }

  async function provisionAt(site: Site, count: number, atOnce: boolean): Promise<PeerFigures> {
    const order = {
      url: vcenterUrl(site.vcenterPort),
      count: String(count),
      prefix: `peer-${batch}`,
      template: '/DC0/vm/templates/ubuntu-24-04',
      folder: '/DC0/vm/berth',
      pool: '/DC0/host/DC0_C0/Resources',
      datastore: 'LocalDS_0',
      network: 'VM Network',
      'ssh-key': anSshPublicKey,
    }
    const said = await runQuietly(
      program,
      [...Object.entries(order).map(([name, value]) => `-${name}=${value}`), `-parallel=${atOnce}`],
      {
        env: { ...inheritedEnvironment(), VCENTER_USERNAME: site.username, VCENTER_PASSWORD: site.password },
      },
    )
    return JSON.parse(said) as PeerFigures
  }
}

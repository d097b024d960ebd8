import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseDocument } from 'yaml'
import { repository } from '../../start/config.ts'

/** A whole life in seconds. Leases are longer than the longest warning, so each life is warned twice and once more in its grace. */
const policies = {
  minLeaseSeconds: 1,
  warningSeconds: [4, 2],
  graceSeconds: 3,
  undoSeconds: 2,
  addressSettleSeconds: 0,
  guestShutdownSeconds: 0,
  approvalReminderSeconds: 200,
  approvalEscalationSeconds: 400,
  approvalLapseSeconds: 600,
  capGraceAndUndoAtFirstLease: false,
}

export const lapseSeconds = 6

/** What is asked for in drills, as an item of each site. */
export const items = {
  plain: 'ubuntu-24-04',
  /** Its guest is asked to shut down before it is powered off. */
  gentle: 'debian-13',
  /** Somebody has to approve it, within seconds. */
  lapsing: 'ubuntu-lapsing',
} as const
export type ItemKind = keyof typeof items

/** The demo's configuration with brief lives, and with `vms` as the team's only limit. */
export function drillConfiguration(vms: number): string {
  const document = parseDocument(readFileSync(path.join(repository, 'berth.yaml'), 'utf8'))
  const { catalogItems } = document.toJS() as { catalogItems: { id: string }[] }
  const changed = catalogItems.map((item) =>
    item.id === items.gentle ? { ...item, leasePolicy: { guestShutdownSeconds: 20 } } : item,
  )
  const lapsesSoon = { approvalReminderSeconds: 2, approvalEscalationSeconds: 4, approvalLapseSeconds: lapseSeconds }
  const lapsing = { id: items.lapsing, leasePolicy: lapsesSoon, approval: {} }
  document.set('catalogItems', document.createNode([...changed, { ...catalogItems[0], ...lapsing }]))
  document.set('policies', document.createNode(policies))
  document.set('quotas', document.createNode([{ teamId: 'platform', limits: { vms } }]))
  return document.toString()
}

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

/** The demo's configuration with brief lives, and with `vms` as the team's only limit. */
export function drillConfiguration(vms: number): string {
  const document = parseDocument(readFileSync(path.join(repository, 'berth.yaml'), 'utf8'))
  document.set('policies', document.createNode(policies))
  document.set('quotas', document.createNode([{ teamId: 'platform', limits: { vms } }]))
  return document.toString()
}

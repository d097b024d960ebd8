import type { AuditEntry } from '@berth/contract/audit.ts'
import type { AuditEntryView } from '@berth/database/audit-entries.ts'

/** An entry with what it changed; the first of a chain has none before it. */
export function presentAuditEntry({ detail, prevHash, chain: _, seq: __, ...entry }: AuditEntryView): AuditEntry {
  const change = detail['change']
  return {
    ...entry,
    change: typeof change === 'object' && change !== null ? { ...change } : detail,
    prevHash: prevHash === '' ? null : prevHash,
  }
}

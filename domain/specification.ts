import type { Size } from './size.ts'

/** Exactly what is approved. Any change of it needs a new approval. */
export interface Specification {
  ownerId: string
  teamId: string
  catalogItemId: string
  catalogItemVersion: number
  size: Size
  leaseSeconds: number
  purpose: string
  sshPublicKeys: string[]
  /** Guest customization: the user that the keys are for, and the host name. */
  customization: { sshUser: string; hostName: string }
}

/** Proof that a specification was approved, passed to every vCenter activity. The signature comes with signed grants. */
export interface Grant {
  specHash: string
  approvals: { id: string; by: string }[]
  signature?: string
}

/** One text per specification: keys sorted at every level, so that the same content always hashes the same. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined)
    entries.sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalText(member)}`).join(',')}}`
  }
  return JSON.stringify(value ?? null)
}

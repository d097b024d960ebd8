import type { ApprovalRule } from './approval.ts'
import type { PlacementRules } from './placement.ts'
import type { Policy } from './policy.ts'
import type { QuotaLimits } from './quota.ts'
import type { Role } from './role.ts'
import type { Size } from './size.ts'

/** What `berth.yaml` says, parsed and checked. */
export interface Configuration {
  /** Part of the marker on every VM: tells the VMs of this installation from those of others. */
  installationId: string
  /** The values of the identity provider's groups claim that give each role. */
  roleClaims: Partial<Record<Role, string[]>>
  teams: TeamConfiguration[]
  sites: SiteConfiguration[]
  catalogItems: CatalogItem[]
  /** What differs from the default policy. */
  policies: Partial<Policy>
  quotas: { teamId: string; limits: QuotaLimits }[]
}

export interface TeamConfiguration {
  id: string
  /** The value of the groups claim that makes a user a member. */
  claim: string
  approvers: { userId: string; email: string }[]
  /** The team's own address, told whatever an owner is told. */
  notify?: string
}

export interface SiteConfiguration {
  id: string
  /** The vCenter's SDK address. Its credentials are the agent's alone. */
  vcenter: string
  /** Which addresses of a guest count: CIDR blocks; empty allows every usable one. */
  addressAllow: string[]
  addressIgnore: string[]
}

export interface CatalogItem extends PlacementRules {
  id: string
  version: number
  name: string
  description?: string
  /** The guest's operating system, for people. */
  os: string
  siteId: string
  sizes: Size[]
  sshUser: string
  sshPort: number
  /** Such as `{team}-{item}-{seq:4}`; see vm-name.ts. */
  namePattern: string
  leasePolicy?: Partial<Policy>
  approval: ApprovalRule
}

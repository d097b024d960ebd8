import type { ApprovalNeed } from './approval.ts'
import type { PlacementRules } from './placement.ts'
import type { Policy } from './policy.ts'
import type { Specification } from './specification.ts'

/** How it was asked for: by a person in the portal, or by a program with a token. */
export type Origin = 'portal' | 'api'

/** All that the workflow of one VM request is given; fixed when the request is created. */
export interface ProvisioningRequest {
  installationId: string
  requestId: string
  siteId: string
  vmName: string
  specification: Specification
  /** SHA-256 of the specification's canonical text, in hex. */
  specHash: string
  rules: PlacementRules
  /** Which addresses of the guest count: CIDR blocks. */
  addressAllow: string[]
  addressIgnore: string[]
  policy: Policy
  approval: ApprovalNeed
  /** Absent in requests from before it was kept: they count as a person's. */
  origin?: Origin
}

import type { ListedVms } from '../vcenter/vcenter-port.ts'

export interface SiteInventory {
  siteId: string
  installationId: string
  /** null: the site could not be asked; only workflows are looked after. */
  listed: ListedVms | null
  /** Why it could not be asked, as far as is known. */
  whyNot?: WhyNotListed
}

export interface WhyNotListed {
  /** Of domain/failures.ts, when it was a failure and not silence. */
  code?: string
  sentence: string
}

/** Who listens where; all on loopback. A second copy runs beside the first with another BERTH_PORT_BASE. */
export const defaultPortBase = 7080

const portsPerCopy = 30
const highestPort = 65_535

export interface Ports {
  /** Portal and API. */
  api: number
  temporal: number
  temporalUi: number
  postgres: number
  oidc: number
  smtp: number
  mail: number
  /** The vCenter that agents connect to; open only once the site's inventory is there. One per site. */
  vcenter: (site: number) => number
  /** The simulator itself, which only the site keeper talks to. One per site. */
  simulator: (site: number) => number
}

export const mostSites = 10

export function portsFrom(base: number): Ports {
  return {
    api: base,
    temporal: base + 1,
    temporalUi: base + 2,
    postgres: base + 3,
    oidc: base + 4,
    smtp: base + 5,
    mail: base + 6,
    vcenter: (site) => base + 10 + site,
    simulator: (site) => base + 20 + site,
  }
}

export const isPortBase = (base: number): boolean =>
  Number.isInteger(base) && base >= 1024 && base + portsPerCopy <= highestPort

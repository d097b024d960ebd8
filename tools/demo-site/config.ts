import { z } from 'zod'

const port = z.coerce.number().int().min(1).max(65_535)

const environment = z.object({
  BERTH_SITE_ID: z.string().min(1),
  BERTH_HOME: z.string().min(1),
  BERTH_VCSIM_URL: z.url(),
  BERTH_VCSIM_USERNAME: z.string().min(1),
  BERTH_VCSIM_PASSWORD: z.string().min(1),
  BERTH_VCENTER_PUBLIC_PORT: port,
  BERTH_PORT_BASE: port,
  BERTH_GUEST_BOOT_SECONDS: z.coerce.number().min(0).default(2),
  BERTH_DEMO_FORGET_VMS: z.enum(['0', '1', '']).default('0'),
})

export interface DemoSiteConfig {
  siteId: string
  home: string
  vcsim: { url: string; username: string; password: string }
  publicPort: number
  portBase: number
  guestBootSeconds: number
  /** For drills: a vCenter that lost its VMs. */
  forgetVms: boolean
}

/** Throws with every problem of the environment at once. */
export function readConfig(): DemoSiteConfig {
  const parsed = environment.safeParse(process.env)
  if (!parsed.success) throw new Error(`The demo site cannot start:\n${z.prettifyError(parsed.error)}`)
  const values = parsed.data
  return {
    siteId: values.BERTH_SITE_ID,
    home: values.BERTH_HOME,
    vcsim: {
      url: values.BERTH_VCSIM_URL,
      username: values.BERTH_VCSIM_USERNAME,
      password: values.BERTH_VCSIM_PASSWORD,
    },
    publicPort: values.BERTH_VCENTER_PUBLIC_PORT,
    portBase: values.BERTH_PORT_BASE,
    guestBootSeconds: values.BERTH_GUEST_BOOT_SECONDS,
    forgetVms: values.BERTH_DEMO_FORGET_VMS === '1',
  }
}

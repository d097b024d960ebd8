import { z } from 'zod'

const environment = z.object({
  BERTH_HOME: z.string().min(1),
  BERTH_OIDC_PORT: z.coerce.number().int().min(1).max(65_535),
  BERTH_OIDC_CLIENT_ID: z.string().min(1),
  BERTH_OIDC_CLIENT_SECRET: z.string().min(1),
  BERTH_PUBLIC_URL: z.url().transform((url) => url.replace(/\/+$/, '')),
})

export interface OidcConfig {
  home: string
  port: number
  clientId: string
  clientSecret: string
  /** Where the portal is reached, without a slash at its end. */
  portalUrl: string
}

/** Throws with every problem of the environment at once. */
export function readConfig(): OidcConfig {
  const parsed = environment.safeParse(process.env)
  if (!parsed.success) throw new Error(`The sign-in server cannot start:\n${z.prettifyError(parsed.error)}`)
  return {
    home: parsed.data.BERTH_HOME,
    port: parsed.data.BERTH_OIDC_PORT,
    clientId: parsed.data.BERTH_OIDC_CLIENT_ID,
    clientSecret: parsed.data.BERTH_OIDC_CLIENT_SECRET,
    portalUrl: parsed.data.BERTH_PUBLIC_URL,
  }
}

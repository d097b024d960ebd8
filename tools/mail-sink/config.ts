import { z } from 'zod'

const environment = z.object({
  BERTH_HOME: z.string().min(1),
  BERTH_SMTP_PORT: z.coerce.number().int().min(1).max(65_535),
  BERTH_MAIL_HTTP_PORT: z.coerce.number().int().min(1).max(65_535),
})

interface MailSinkConfig {
  home: string
  smtpPort: number
  httpPort: number
}

/** Throws with every problem of the environment at once. */
export function readConfig(): MailSinkConfig {
  const parsed = environment.safeParse(process.env)
  if (!parsed.success) throw new Error(`The mail sink cannot start:\n${z.prettifyError(parsed.error)}`)
  const { BERTH_HOME, BERTH_SMTP_PORT, BERTH_MAIL_HTTP_PORT } = parsed.data
  return { home: BERTH_HOME, smtpPort: BERTH_SMTP_PORT, httpPort: BERTH_MAIL_HTTP_PORT }
}

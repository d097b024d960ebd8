import { loadClientConnectConfig } from '@temporalio/envconfig'
import { z } from 'zod'

/** What the workers are told by their environment. */
const environment = z.object({
  DATABASE_URL: z.string().startsWith('postgres'),
  BERTH_CONFIG: z.string().min(1, 'is the path of berth.yaml').default('berth.yaml'),
  BERTH_PUBLIC_URL: z.url().default('http://127.0.0.1:7080'),
  BERTH_SMTP_URL: z.string().regex(/^smtps?:\/\//, 'is an smtp:// or smtps:// address'),
  BERTH_MAIL_FROM: z.string().min(3).default('Berth <berth@localhost>'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('berth'),
  /** Seconds between two comparisons of a site with the record. */
  BERTH_RECONCILE_SECONDS: z.coerce.number().int().positive().default(120),
  BERTH_MAX_CACHED_WORKFLOWS: z.coerce.number().int().positive().default(500),
  /** A bundle built beforehand; without one it is built at start. */
  BERTH_WORKFLOW_BUNDLE: z.string().optional(),
  BERTH_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
})

export type WorkersConfig = z.infer<typeof environment>

/** All problems at once, each with its variable; thrown as one Error whose message is for the operator. */
export function readConfig(source: NodeJS.ProcessEnv = process.env): WorkersConfig {
  const parsed = environment.safeParse(source)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`)
  throw new Error(`The environment of the workers is not complete:\n${problems.join('\n')}`)
}

/** Where Temporal is, from TEMPORAL_ADDRESS, TEMPORAL_TLS… and TEMPORAL_API_KEY; plain text only on this machine. */
export function readTemporalConnection() {
  const { connectionOptions } = loadClientConnectConfig()
  const address = connectionOptions.address ?? '127.0.0.1:7233'
  const isLocal = /^(127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)(:\d+)?$/.test(address)
  if (!isLocal && connectionOptions.tls === undefined && connectionOptions.apiKey === undefined)
    throw new Error(`Temporal at ${address} is not on this machine and TLS is off; set TEMPORAL_TLS=true`)
  return { ...connectionOptions, address }
}

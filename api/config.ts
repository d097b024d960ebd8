import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig'
import { z } from 'zod'
import { isLoopback } from '@berth/domain/is-loopback.ts'

/** Every setting of the API, from the environment. This is the only file here that reads it. */

const url = (...schemes: string[]) =>
  z.string().refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol), {
    error: `must be a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
  })

const environment = z.object({
  DATABASE_URL: url('postgresql:', 'postgres:'),
  BERTH_API_HOST: z.string().min(1).default('127.0.0.1'),
  BERTH_API_PORT: z.coerce.number().int().min(0).max(65_535).default(8_080),
  BERTH_PUBLIC_URL: url('http:', 'https:'),
  BERTH_OIDC_ISSUER: url('http:', 'https:'),
  BERTH_OIDC_CLIENT_ID: z.string().min(1),
  BERTH_OIDC_CLIENT_SECRET: z.string().min(1),
  BERTH_OIDC_SCOPES: z.string().min(1).default('openid profile email'),
  BERTH_SESSION_SECRET: z.string().min(32, 'must have at least 32 characters'),
  BERTH_SESSION_HOURS: z.coerce
    .number()
    .positive()
    .max(24 * 30)
    .default(12),
  BERTH_TEMPORAL_UI_URL: url('http:', 'https:').optional(),
  BERTH_WEB_DIST: z.string().min(1).optional(),
  BERTH_TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  BERTH_REQUESTS_PER_MINUTE: z.coerce.number().int().positive().default(1_200),
  BERTH_LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
})

export interface ApiConfig extends z.infer<typeof environment> {
  temporal: ClientConnectConfig
}

export class ConfigError extends Error {
  readonly problems: string[]
  constructor(problems: string[]) {
    super(`The API's configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** Throws one ConfigError that names every problem; values of secrets are not repeated. */
export function readConfig(variables: Record<string, string | undefined> = process.env): ApiConfig {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = environment.safeParse(set, {
    error: ({ input }) => (input === undefined ? 'is missing' : undefined),
  })
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  const temporal = readTemporal(set as Record<string, string>, problems)
  if (parsed.success) {
    const publicUrl = new URL(parsed.data.BERTH_PUBLIC_URL)
    if (publicUrl.protocol === 'http:' && !isLoopback(publicUrl.hostname))
      problems.push('BERTH_PUBLIC_URL: must be https unless its host is a loopback one')
    const issuer = new URL(parsed.data.BERTH_OIDC_ISSUER)
    if (issuer.protocol === 'http:' && !isLoopback(issuer.hostname))
      problems.push('BERTH_OIDC_ISSUER: must be https unless its host is a loopback one')
  }
  if (!parsed.success || temporal === undefined || problems.length > 0) throw new ConfigError(problems)
  return { ...parsed.data, temporal }
}

function readTemporal(variables: Record<string, string>, problems: string[]): ClientConnectConfig | undefined {
  try {
    const temporal = loadClientConnectConfig({ overrideEnvVars: variables })
    const address = temporal.connectionOptions.address ?? '127.0.0.1:7233'
    // An API key turns TLS on, unless TEMPORAL_TLS=false says otherwise: then the key would be read by everybody.
    if (!temporal.connectionOptions.tls && !isLoopback(new URL(`tcp://${address}`).hostname))
      problems.push(
        'TEMPORAL_ADDRESS: plain text is refused unless the address is a loopback one; set TEMPORAL_TLS=true',
      )
    return temporal
  } catch (error) {
    problems.push(`TEMPORAL_*: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

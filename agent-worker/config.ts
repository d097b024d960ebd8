import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig'
import type { NativeConnectionOptions } from '@temporalio/worker'
import { z } from 'zod'
import type { CloneBounds } from '@berth/domain/clone-bounds.ts'
import { isLoopback } from '@berth/domain/is-loopback.ts'

const vcenterUrl = z
  .url({ protocol: /^https?$/, error: 'must be an address such as https://vcenter.example.com/sdk' })
  .transform((text) => new URL(text))
  .refine(isPrivate, 'must be https: the password would travel in plain text')
  .transform((url) => (url.pathname === '/' ? new URL('/sdk', url) : url).href)

const thumbprint = z
  .string()
  .regex(/^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i, 'must be the SHA-256 of the certificate: 64 hexadecimal digits')

const environment = z.object({
  BERTH_SITE_ID: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and hyphens'),
  BERTH_INSTALLATION_ID: z.string().min(1),
  BERTH_VCENTER_URL: vcenterUrl,
  BERTH_VCENTER_USERNAME: z.string().min(1),
  BERTH_VCENTER_PASSWORD: z.string().optional(),
  BERTH_VCENTER_PASSWORD_FILE: z.string().transform(fileContent).optional(),
  BERTH_VCENTER_CA_FILE: z.string().transform(fileContent).optional(),
  BERTH_VCENTER_THUMBPRINT: thumbprint.optional(),
  BERTH_BUILD_SLOTS: z.coerce.number().int().min(1).max(1_000).default(8),
  BERTH_CLONES_PER_DATASTORE: z.coerce.number().int().min(1).max(1_000).default(8),
  BERTH_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
})

export interface AgentConfig {
  siteId: string
  installationId: string
  /** As operators see this agent: `agent/<site>/<host>/<version>/<pid>`. */
  identity: string
  version: string
  vcenter: {
    url: string
    username: string
    password: string
    ca?: string
    thumbprint?: string
  }
  temporal: NativeConnectionOptions & { address: string }
  namespace: string
  /** What the site bears. Its agents share it. */
  cloneBounds: CloneBounds
  logLevel: 'debug' | 'info' | 'warn' | 'error'
}

export type ConfigResult = { ok: true; config: AgentConfig } | { ok: false; problems: string[] }

type Variables = Readonly<Record<string, string | undefined>>

/** The whole configuration, or everything that is wrong with it. An empty variable counts as not set. */
export function readConfig(variables: Variables = process.env): ConfigResult {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== '')) as Record<
    string,
    string
  >
  const parsed = environment.safeParse(given)
  const temporal = readTemporal(given)
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) => problemOf(issue, given)),
    ...passwordProblems(given),
    ...('problem' in temporal ? [temporal.problem] : []),
  ]
  if (!parsed.success || 'problem' in temporal || problems.length > 0) return { ok: false, problems }
  const values = parsed.data
  const version = ownVersion()
  return {
    ok: true,
    config: {
      siteId: values.BERTH_SITE_ID,
      installationId: values.BERTH_INSTALLATION_ID,
      identity: `agent/${values.BERTH_SITE_ID}/${hostname()}/${version}/${process.pid}`,
      version,
      vcenter: {
        url: values.BERTH_VCENTER_URL,
        username: values.BERTH_VCENTER_USERNAME,
        password: values.BERTH_VCENTER_PASSWORD ?? values.BERTH_VCENTER_PASSWORD_FILE?.replace(/\r?\n$/, '') ?? '',
        ...(values.BERTH_VCENTER_CA_FILE === undefined ? {} : { ca: values.BERTH_VCENTER_CA_FILE }),
        ...(values.BERTH_VCENTER_THUMBPRINT === undefined ? {} : { thumbprint: values.BERTH_VCENTER_THUMBPRINT }),
      },
      ...temporal,
      cloneBounds: { slots: values.BERTH_BUILD_SLOTS, perDatastore: values.BERTH_CLONES_PER_DATASTORE },
      logLevel: values.BERTH_LOG_LEVEL,
    },
  }
}

function problemOf({ path, message }: z.core.$ZodIssue, given: Record<string, string>): string {
  const variable = path.join('.')
  return `${variable}: ${given[variable] === undefined ? 'must be set' : message}`
}

/** Apart from the schema, so that it is said together with all the rest. */
function passwordProblems(given: Record<string, string>): string[] {
  const { BERTH_VCENTER_PASSWORD: password, BERTH_VCENTER_PASSWORD_FILE: file } = given
  if (password !== undefined || file !== undefined) return []
  return ['BERTH_VCENTER_PASSWORD: must be set, or BERTH_VCENTER_PASSWORD_FILE must name a file that contains it']
}

type TemporalSettings = Pick<AgentConfig, 'temporal' | 'namespace'>

/** Temporal's own variables and profile file: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_TLS…, TEMPORAL_API_KEY. */
function readTemporal(variables: Record<string, string>): TemporalSettings | { problem: string } {
  try {
    const profile = loadClientConfigProfile({ overrideEnvVars: variables })
    const { connectionOptions } = toClientOptions(profile)
    const address = connectionOptions.address ?? '127.0.0.1:7233'
    const isPlainText = connectionOptions.tls === undefined || connectionOptions.tls === false
    if (isPlainText && !isLoopback(new URL(`tcp://${address}`).hostname)) {
      return {
        problem: `TEMPORAL_ADDRESS: ${address} is not on this machine, so TEMPORAL_TLS or TEMPORAL_API_KEY must be set`,
      }
    }
    return { temporal: { ...connectionOptions, address }, namespace: profile.namespace ?? 'berth' }
  } catch (error) {
    return { problem: `TEMPORAL_…: ${(error as Error).message}` }
  }
}

function isPrivate(url: URL): boolean {
  return url.protocol === 'https:' || isLoopback(url.hostname)
}

function fileContent(path: string, context: z.RefinementCtx): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    context.addIssue({ code: 'custom', message: `the file ${path} cannot be read` })
    return z.NEVER
  }
}

function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as { version: string }
  return manifest.version
}

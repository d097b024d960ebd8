import { readFileSync } from 'node:fs'
import path from 'node:path'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import type { NativeConnectionOptions } from '@temporalio/worker'
import { z } from 'zod'
import { parseConfiguration } from '@berth/contract/configuration.ts'
import type { Configuration } from '@berth/domain/configuration.ts'
import { isLoopback } from '@berth/domain/is-loopback.ts'

/** What the workers are told by their environment. */
const environment = z.object({
  DATABASE_URL: z.string().startsWith('postgres', 'must be an address such as postgresql://…'),
  BERTH_CONFIG: z.string().default('berth.yaml'),
  BERTH_PUBLIC_URL: z.url().default('http://127.0.0.1:7080'),
  BERTH_SMTP_URL: z.string().regex(/^smtps?:\/\//, 'must be an smtp:// or smtps:// address'),
  BERTH_MAIL_FROM: z.string().min(3).default('Berth <berth@localhost>'),
  /** Seconds between two comparisons of a site with the record. */
  BERTH_RECONCILE_SECONDS: z.coerce.number().int().positive().default(120),
  BERTH_MAX_CACHED_WORKFLOWS: z.coerce.number().int().positive().default(500),
  /** A bundle built beforehand; without one it is built at start. */
  BERTH_WORKFLOW_BUNDLE: z.string().optional(),
  BERTH_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
})

export interface WorkersConfig extends z.infer<typeof environment> {
  temporal: NativeConnectionOptions & { address: string }
  namespace: string
  /** What `berth.yaml` says. */
  configuration: Configuration
}

export type ConfigResult = { ok: true; config: WorkersConfig } | { ok: false; problems: string[] }

/** Everything that the workers need to know to start, or all that is wrong. An empty variable counts as not set. */
export function readConfig(variables: Readonly<Record<string, string | undefined>> = process.env): ConfigResult {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== '')) as Record<
    string,
    string
  >
  const parsed = environment.safeParse(given, {
    error: ({ input }) => (input === undefined ? 'must be set' : undefined),
  })
  const temporal = readTemporal(given)
  const file = readConfiguration(given['BERTH_CONFIG'] ?? 'berth.yaml')
  if (parsed.success && 'temporal' in temporal && 'configuration' in file)
    return { ok: true, config: { ...parsed.data, ...temporal, ...file } }
  return {
    ok: false,
    problems: [
      ...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
      ...('problem' in temporal ? [temporal.problem] : []),
      ...('problems' in file ? file.problems : []),
    ],
  }
}

/** Temporal's own variables and profile file: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_TLS…, TEMPORAL_API_KEY. */
function readTemporal(
  variables: Record<string, string>,
): Pick<WorkersConfig, 'temporal' | 'namespace'> | { problem: string } {
  try {
    const { connectionOptions, namespace = 'berth' } = loadClientConnectConfig({ overrideEnvVars: variables })
    const address = connectionOptions.address ?? '127.0.0.1:7233'
    // An API key turns TLS on, unless TEMPORAL_TLS=false says otherwise: then the key would be read by everybody.
    if (!connectionOptions.tls && !isLoopback(new URL(`tcp://${address}`).hostname))
      return { problem: `TEMPORAL_ADDRESS: ${address} is not on this machine, and TLS is off; set TEMPORAL_TLS=true` }
    return { temporal: { ...connectionOptions, address }, namespace }
  } catch (error) {
    return { problem: `TEMPORAL_…: ${(error as Error).message}` }
  }
}

function readConfiguration(file: string): { configuration: Configuration } | { problems: string[] } {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { problems: [`BERTH_CONFIG: ${path.resolve(file)} cannot be read (${code})`] }
  }
  const parsed = parseConfiguration(text)
  if (parsed.ok) return { configuration: parsed.configuration }
  return {
    problems: parsed.problems.map(
      ({ line, path: at, message }) => `${file}:${line} ${at === '' ? '' : `${at}: `}${message}`,
    ),
  }
}

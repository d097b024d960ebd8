import { searchAttributes } from '@berth/workflows/messages.ts'
import type { ProcessPlan } from './process-plan.ts'

/** Without these the development server answers slowly, and some of what Berth relies on is off. */
const dynamicConfiguration = {
  'history.transferProcessorMaxPollRPS': 2000,
  'history.timerProcessorMaxPollRPS': 2000,
  'matching.enableFairness': true,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'frontend.WorkflowPauseEnabled': true,
}

export const attributeTypes = { KEYWORD: 'Keyword', BOOL: 'Bool', DATETIME: 'Datetime' } as const

export interface TemporalServer {
  binary: string
  port: number
  namespaces: string[]
  /** Where it keeps everything; in memory without. */
  databaseFile?: string
  uiPort?: number
  /** Events after which a workflow is asked to continue as new; the server's own number is 4,096. */
  suggestContinueAsNewAt?: number
}

/** Temporal's development server, on loopback, with Berth's namespaces and search attributes. */
export function temporalPlan({
  binary,
  port,
  namespaces,
  databaseFile,
  uiPort,
  ...asked
}: TemporalServer): ProcessPlan {
  const attributes = Object.values(searchAttributes).map(({ name, type }) => `${name}=${attributeTypes[type]}`)
  const options = Object.entries({
    ...dynamicConfiguration,
    ...(asked.suggestContinueAsNewAt !== undefined && {
      'limit.historyCount.suggestContinueAsNew': asked.suggestContinueAsNewAt,
    }),
  }).map(([key, value]) => `${key}=${value}`)
  return {
    name: 'temporal',
    command: binary,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'warn'],
      ...(uiPort === undefined
        ? ['--headless']
        : ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort), '--ui-disable-news-fetch']),
      ...(databaseFile === undefined
        ? []
        : ['--db-filename', databaseFile, ...repeated('--sqlite-pragma', ['journal_mode=WAL', 'synchronous=NORMAL'])]),
      ...repeated('--namespace', namespaces),
      ...repeated('--search-attribute', attributes),
      ...repeated('--dynamic-config-value', options),
    ],
    // It says so once its frontend serves and the namespaces are there.
    ready: { says: /^Temporal Server:\s/ },
  }
}

const repeated = (flag: string, values: string[]): string[] => values.flatMap((value) => [flag, value])

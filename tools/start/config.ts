import path from 'node:path'
import { delayableTasks, type TaskDelays } from '@berth/testing/task-delays.ts'
import { Refusal } from '../refusal.ts'
import { defaultPortBase, isPortBase } from './ports.ts'

export const repository = path.join(import.meta.dirname, '..', '..')

export interface StartConfiguration {
  /** Everything that this copy stores. */
  home: string
  portBase: number
  /** A PostgreSQL of the user's own, instead of the embedded one. */
  databaseUrl?: string
  /** A Temporal of the user's own, instead of the development server. */
  temporalAddress?: string
  /** Where the pages of that Temporal are. */
  temporalUiUrl?: string
  temporalNamespace: string
  /** A berth.yaml of the user's own; its simulated sites are started and get this copy's addresses. */
  berthYaml?: string
  /** What the simulated vCenter takes for its tasks: `CloneVm:1000,PowerOn:500`. */
  taskDelays: TaskDelays
  /** VMs that a simulated vCenter has from the start, strangers to Berth. */
  inventoryVms: number
  /** What every process inherits. */
  environment: Record<string, string | undefined>
}

/** The only file here that reads the environment; wrong values are refused. */
export function readConfiguration(environment: Record<string, string | undefined> = process.env): StartConfiguration {
  const portBase = Number(environment['BERTH_PORT_BASE'] || defaultPortBase)
  if (!isPortBase(portBase))
    throw new Refusal(`BERTH_PORT_BASE must be a number from 1024 to 65505, it is "${environment['BERTH_PORT_BASE']}".`)
  const logLevel = environment['BERTH_LOG_LEVEL'] || 'info'
  if (!['info', 'debug'].includes(logLevel))
    throw new Refusal(
      `BERTH_LOG_LEVEL is ${logLevel}, but npm start reads in the logs what is ready: set it to info or debug.`,
    )
  const databaseUrl = environment['DATABASE_URL']
  const temporalAddress = environment['TEMPORAL_ADDRESS']
  const temporalUiUrl = environment['BERTH_TEMPORAL_UI_URL']
  const berthYaml = environment['BERTH_CONFIG']
  return {
    home: path.resolve(environment['BERTH_HOME'] || path.join(repository, '.berth')),
    portBase,
    ...(databaseUrl && { databaseUrl }),
    ...(temporalAddress && { temporalAddress }),
    ...(temporalUiUrl && { temporalUiUrl }),
    temporalNamespace: environment['TEMPORAL_NAMESPACE'] || 'berth',
    ...(berthYaml && { berthYaml: path.resolve(berthYaml) }),
    taskDelays: taskDelaysFrom(environment['BERTH_VCSIM_METHOD_DELAY'] ?? ''),
    inventoryVms: 1,
    environment,
  }
}

/** For a copy of Berth that is not the user's: what would lead it to servers of theirs is left out. */
export function inheritedEnvironment(
  environment: Record<string, string | undefined> = process.env,
): Record<string, string | undefined> {
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, BERTH_CONFIG: _config, ...rest } = environment
  return rest
}

const taskDelay = new RegExp(`^(${delayableTasks.join('|')}):(\\d+)$`)

function taskDelaysFrom(text: string): TaskDelays {
  const pairs = text.split(',').filter((pair) => pair !== '')
  if (!pairs.every((pair) => taskDelay.test(pair)))
    throw new Refusal(
      `BERTH_VCSIM_METHOD_DELAY is a list such as CloneVm:1000,PowerOn:500 of milliseconds for ${delayableTasks.join(', ')}; it is "${text}".`,
    )
  return Object.fromEntries(
    pairs.map((pair) => pair.split(':') as [string, string]).map(([task, delay]) => [task, Number(delay)]),
  )
}

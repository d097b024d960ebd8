import type { AgentFigures } from './agent.ts'
import type { LeasesFigures } from './leases.ts'
import type { LivesFigures } from './lives.ts'
import type { ProvisionFigures, ProvisionOptions } from './provision.ts'

type Row = { figure: string | number; goal?: string }

const ms = (value: number): string => `${Math.round(value)} ms`
const seconds = (value: number): string => `${value.toFixed(2)} s`

export function printProvision(
  runs: readonly ProvisionFigures[],
  { burst, sites, inventoryVms, cloneSeconds }: ProvisionOptions,
): void {
  const worst = (pick: (run: ProvisionFigures) => number) => Math.max(...runs.map(pick))
  console.log(
    `Worst of ${runs.length} runs; clone ${cloneSeconds} s, guest 1 s, settle 0; ${sites} sites with ${inventoryVms} other VMs each.`,
  )
  const rows: Record<string, Row> = {
    'overhead at 1/s, p50': { figure: ms(worst((run) => run.steady.p50)), goal: '300 ms' },
    'overhead at 1/s, p99': { figure: ms(worst((run) => run.steady.p99)), goal: '800 ms' },
    '  by govmomi alone, p50': { figure: ms(worst((run) => run.govmomi.overheadMsP50)) },
    [`${burst} at once, wall`]: { figure: seconds(worst((run) => run.burst.wallSeconds)), goal: '3 s for 20' },
    [`${burst} at once, overhead p99`]: { figure: ms(worst((run) => run.burst.p99)), goal: '2,500 ms for 100' },
    [`${burst} at once, clones in flight, least`]: {
      figure: Math.min(...runs.map((run) => run.burst.mostClonesAtOnce)),
    },
    '  by govmomi alone, wall': { figure: seconds(worst((run) => run.govmomi.burstWallSeconds)) },
    'calls to vCenter of a provision': { figure: worst((run) => run.soap.provision.total).toFixed(1), goal: '12' },
    '  of govmomi alone': { figure: worst((run) => run.govmomi.callsEach).toFixed(1) },
    'calls to vCenter of a power-off': { figure: worst((run) => run.soap.powerOff.total).toFixed(1) },
    'calls to vCenter of a destruction': { figure: worst((run) => run.soap.destroy.total).toFixed(1), goal: '6' },
    'calls to vCenter a minute, idle': { figure: worst((run) => run.soap.idlePerMinute).toFixed(1), goal: '1.5' },
    'sessions of the agent': { figure: worst((run) => run.soap.sessions), goal: '1' },
    'history events of a life': { figure: worst((run) => run.life.events), goal: '140' },
    'history bytes of a life': { figure: worst((run) => run.life.historyBytes), goal: '32768' },
  }
  console.table(rows)
  const last = runs.at(-1)
  console.log('Calls to vCenter by method, last run:')
  console.table({
    provision: last?.soap.provision.byMethod,
    'power-off': last?.soap.powerOff.byMethod,
    destruction: last?.soap.destroy.byMethod,
  })
  console.log(`Milliseconds of processor for each of the ${burst} at once, by process, last run; govmomi alone leaves`)
  console.log(`${last?.govmomi.processorMs} ms to the simulator and its keeper:`)
  console.table({ provision: last?.burst.processorMs })
}

export function printLives(figures: LivesFigures): void {
  const { perSecond, minutes, sites, onPostgres, cores, ...rest } = figures
  console.log(
    `${perSecond} lives a second for ${minutes} minutes, ${sites} sites, Temporal ${onPostgres ? 'on PostgreSQL' : 'development server'}.`,
  )
  console.table({
    'asked for': { figure: rest.asked },
    'not acknowledged': { figure: rest.refused, goal: '0' },
    'ended each second': { figure: rest.endedPerSecond.toFixed(2), goal: onPostgres ? '5' : '1' },
    failed: { figure: rest.failed, goal: '0' },
    'overhead of a provision, p50': { figure: ms(rest.overheadMsP50) },
    'overhead of a provision, p99': { figure: ms(rest.overheadMsP99) },
    'clones in flight at the vCenters, most': { figure: rest.mostClonesAtOnce },
    'the last one ended late by': { figure: seconds(rest.secondsBehind) },
  } satisfies Record<string, Row>)
  console.log('Cores taken, by process:')
  console.table(Object.fromEntries(Object.entries(cores).map(([name, share]) => [name, share.toFixed(2)])))
}

export function printAgent(runs: readonly AgentFigures[]): void {
  const worst = (pick: (run: AgentFigures) => number) => Math.max(...runs.map(pick))
  console.log(`Worst of ${runs.length} runs.`)
  console.table({
    'cold start, compiled modules kept': { figure: seconds(worst((run) => run.coldStartSeconds)), goal: '3 s' },
    'resident memory, nothing to do': { figure: mebibytes(worst((run) => run.idleMiB)) },
    [`resident memory, ${runs[0]?.waits} waits`]: {
      figure: mebibytes(worst((run) => run.waitingMiB)),
      goal: '160 MiB',
    },
    [`of a core, ${runs[0]?.waits} waits`]: { figure: percent(worst((run) => run.waitingCpuPercent)), goal: '5 %' },
  } satisfies Record<string, Row>)
}

export function printLeases({ leases, ...figures }: LeasesFigures): void {
  console.table({
    [`resident memory, ${leases} open leases`]: { figure: mebibytes(figures.residentMiB), goal: '400 MiB' },
    'the most, while they were begun': { figure: mebibytes(figures.peakMiB) },
    'of a core, nothing happens': { figure: percent(figures.idleCpuPercent) },
    'from kill -9 until it serves again': { figure: seconds(figures.coldStartSeconds), goal: '3 s' },
    'resident memory after that': { figure: mebibytes(figures.residentAfterStartMiB) },
  } satisfies Record<string, Row>)
}

const mebibytes = (value: number): string => `${Math.round(value)} MiB`
const percent = (value: number): string => `${value.toFixed(1)} %`

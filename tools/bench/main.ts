import { parseArgs } from 'node:util'
import { Refusal } from '../refusal.ts'
import { benchAgent } from './agent.ts'
import { buildGovmomiPeer } from './govmomi-peer.ts'
import { benchLeases } from './leases.ts'
import { benchLives } from './lives.ts'
import { printAgent, printLeases, printLives, printProvision } from './print-figures.ts'
import { benchProvision } from './provision.ts'
import { stopWhenAsked } from './what-runs.ts'

const usage = `Usage: npm run bench -- provision [--requests 30] [--burst 20] [--sites 1] [--vms 1] [--clone-seconds 1] [--runs 3]
       npm run bench -- lives [--rate 1] [--minutes 10] [--sites 2] [--temporal dev|postgres]
       npm run bench -- agent [--waits 1000] [--runs 3]
       npm run bench -- leases [--leases 10000]
Each prints a table, with --json one JSON object.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    requests: { type: 'string', default: '30' },
    burst: { type: 'string', default: '20' },
    runs: { type: 'string', default: '3' },
    sites: { type: 'string' },
    vms: { type: 'string', default: '1' },
    'clone-seconds': { type: 'string', default: '1' },
    rate: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '10' },
    temporal: { type: 'string', default: 'dev' },
    waits: { type: 'string', default: '1000' },
    leases: { type: 'string', default: '10000' },
  },
})

async function repeated<Figures>(measure: () => Promise<Figures>): Promise<Figures[]> {
  const figures: Figures[] = []
  for (let run = 0; run < Number(values.runs); run++) figures.push(await measure())
  return figures
}

const benches: Record<string, () => Promise<unknown>> = {
  async provision() {
    const peer = await buildGovmomiPeer()
    const options = {
      ...{ requests: Number(values.requests), burst: Number(values.burst) },
      ...{ sites: Number(values.sites ?? 1), inventoryVms: Number(values.vms) },
      cloneSeconds: Number(values['clone-seconds']),
    }
    try {
      const runs = await repeated(() => benchProvision(options, peer))
      if (!values.json) printProvision(runs, options)
      return runs
    } finally {
      peer.remove()
    }
  },
  async lives() {
    const figures = await benchLives({
      ...{ perSecond: Number(values.rate), minutes: Number(values.minutes), sites: Number(values.sites ?? 2) },
      onPostgres: values.temporal === 'postgres',
    })
    if (!values.json) printLives(figures)
    return figures
  },
  async agent() {
    const runs = await repeated(() => benchAgent(Number(values.waits)))
    if (!values.json) printAgent(runs)
    return runs
  },
  async leases() {
    const figures = await benchLeases(Number(values.leases))
    if (!values.json) printLeases(figures)
    return figures
  },
}

stopWhenAsked()
try {
  const bench = benches[positionals[0] ?? '']
  if (bench === undefined) throw new Refusal(usage)
  const figures = await bench()
  if (values.json) console.log(JSON.stringify(figures))
} catch (problem) {
  console.error(problem instanceof Refusal ? problem.message : problem)
  process.exit(1)
}
process.exit(0)

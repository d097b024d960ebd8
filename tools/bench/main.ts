import { parseArgs } from 'node:util'
import { benchAgent, type AgentFigures } from './agent.ts'
import { buildGovmomiPeer } from './govmomi-peer.ts'
import { benchProvision, type ProvisionFigures } from './provision.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    requests: { type: 'string', default: '30' },
    burst: { type: 'string', default: '20' },
    runs: { type: 'string', default: '3' },
    waits: { type: 'string', default: '1000' },
  },
})

if (positionals[0] === 'agent') {
  const figures: AgentFigures[] = []
  for (let run = 0; run < Number(values.runs); run++) figures.push(await benchAgent(Number(values.waits)))
  if (values.json) console.log(JSON.stringify(figures))
  else console.table(figures)
  process.exit(0)
}
if (positionals[0] !== 'provision') {
  console.log('Usage: npm run bench -- provision [--requests 30] [--burst 20] [--runs 3] [--json]')
  console.log('       npm run bench -- agent [--waits 1000] [--runs 3] [--json]')
  process.exit(1)
}

const peer = await buildGovmomiPeer()
const runs: ProvisionFigures[] = []
for (let run = 0; run < Number(values.runs); run++)
  runs.push(await benchProvision({ requests: Number(values.requests), burst: Number(values.burst) }, peer))
peer.remove()

if (values.json) console.log(JSON.stringify(runs))
else print(runs)

function print(figures: ProvisionFigures[]): void {
  const worst = (pick: (run: ProvisionFigures) => number) => Math.max(...figures.map(pick))
  const ms = (value: number) => `${Math.round(value)} ms`
  console.log(`Worst of ${figures.length} runs; clone 1 s, guest 1 s, settle 0.`)
  console.table({
    'overhead at 1/s, p50': { figure: ms(worst((run) => run.steady.overheadMsP50)), goal: '300 ms' },
    'overhead at 1/s, p99': { figure: ms(worst((run) => run.steady.overheadMsP99)), goal: '800 ms' },
    [`${values.burst} at once, wall`]: { figure: `${worst((run) => run.burst.wallSeconds).toFixed(2)} s`, goal: '3 s' },
    'the same by govmomi alone, p50': { figure: ms(worst((run) => run.govmomi.overheadMsP50)), goal: '' },
    [`${values.burst} at once by govmomi alone`]: {
      figure: `${worst((run) => run.govmomi.burstWallSeconds).toFixed(2)} s`,
      goal: '',
    },
    'SOAP calls of govmomi': { figure: worst((run) => run.govmomi.callsEach).toFixed(1), goal: '' },
    'SOAP calls per provision': { figure: worst((run) => run.soap.provisionTotal).toFixed(1), goal: '12' },
    'SOAP calls per power-off and release': { figure: worst((run) => run.soap.destroyTotal).toFixed(1), goal: '6' },
    'history events per life': { figure: worst((run) => run.life.events), goal: '140' },
    'history bytes per life': { figure: worst((run) => run.life.historyBytes), goal: '32768' },
  })
  console.log('SOAP calls by method, per provision:')
  console.table(figures.at(-1)?.soap.perProvision)
}

import { readConfig } from './config.ts'
import { keepSite } from './keep-site.ts'

if (process.platform !== 'linux') {
  console.error('The demo site needs Linux: its simulated guests have addresses that other systems do not have.')
  process.exit(1)
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())

let opened = 0
await keepSite(readConfig(), stop.signal, () => {
  opened += 1
  console.log(opened === 1 ? 'demo site ready' : 'demo site open again')
})
process.exit(0)

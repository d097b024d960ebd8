import { setTimeout as delay } from 'node:timers/promises'
import { runQuietly } from '../bootstrap/run-quietly.mjs'

const attempts = 20
const betweenMilliseconds = 250

/** The development server forgets closed workflows after a day; operators want to look at them for longer. */
export async function keepHistories(
  temporal: string,
  address: string,
  namespace: string,
  retention = '30d',
): Promise<void> {
  const update = [
    'operator',
    'namespace',
    'update',
    '--address',
    address,
    '--namespace',
    namespace,
    '--retention',
    retention,
  ]
  for (let attempt = 1; ; attempt++) {
    try {
      return void (await runQuietly(temporal, update))
    } catch (problem) {
      if (attempt === attempts) throw problem
      await delay(betweenMilliseconds)
    }
  }
}

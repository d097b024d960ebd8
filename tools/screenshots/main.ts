import { chmod, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Refusal } from '../refusal.ts'
import { repository } from '../start/config.ts'
import { stopRequested } from '../start/stop-requested.ts'
import { readTestConfiguration } from '../test/config.ts'
import { findChromium } from '../test/find-chromium.ts'
import { withRunningBerth } from '../test/with-running-berth.ts'
import { takePictures } from './take-pictures.ts'

/** What people did in vCenter is noticed within seconds. */
const settings = { BERTH_RECONCILE_SECONDS: '5' }

/** `npm run screenshots`: starts the demo, lives a little in it, and leaves pictures of its pages in docs/. */
const stopping = new AbortController()
void stopRequested().then(() => stopping.abort())
const folder = await mkdtemp(path.join(os.tmpdir(), 'berth-screenshots-'))
// PostgreSQL's user has to get to its data.
await chmod(folder, 0o755)
try {
  const configuration = readTestConfiguration()
  const chromium = await findChromium(configuration)
  await withRunningBerth(configuration, path.join(folder, 'home'), stopping.signal, settings, async (home) => {
    for (const picture of await takePictures(home, chromium, path.join(repository, 'docs')))
      console.log(path.relative(repository, picture))
  })
} catch (problem) {
  console.error(problem instanceof Refusal ? problem.message : problem)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
// The channel to the process that started this one would keep it alive.
process.exit()

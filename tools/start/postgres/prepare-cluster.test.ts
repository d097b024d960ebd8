import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, globSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import { until } from '@berth/testing/until.ts'
import { runQuietly } from '../../bootstrap/run-quietly.mjs'
import { postgresPlace } from './postgres-place.ts'
import { prepareCluster } from './prepare-cluster.ts'

test('a first start that was killed while it made the cluster leaves nothing that later ones stumble over', async () => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'berth-cluster-'))
  chmodSync(home, 0o755)
  const place = postgresPlace(home)
  const first = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { prepareCluster } from ${JSON.stringify(path.join(import.meta.dirname, 'prepare-cluster.ts'))}
       await prepareCluster(${JSON.stringify(place)})`,
    ],
    { detached: true, stdio: 'ignore' },
  )
  const killed = once(first, 'exit')
  await until('the first file', async () => globSync(path.join(home, '*', 'PG_VERSION')).length > 0)
  process.kill(-(first.pid as number), 'SIGKILL')
  await killed

  await prepareCluster(place)
  const alone = ['--single', '-D', place.data, 'postgres']
  expect(await runQuietly(path.join(place.binaries, 'bin', 'postgres'), alone, { cwd: '/', ...place.user })).toContain(
    'PostgreSQL stand-alone backend',
  )
  expect(readdirSync(home)).toEqual(['postgres'])

  await prepareCluster(place)
  rmSync(home, { recursive: true })
})

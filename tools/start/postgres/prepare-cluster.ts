import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { runQuietly } from '../../bootstrap/run-quietly.mjs'
import { processIdentity } from '../process-identity.ts'
import { signalProcess } from '../signals.ts'
import { commandLineOf } from '../command-line-of.ts'
import type { PostgresPlace } from './postgres-place.ts'

export const databaseUser = 'berth'

const pollMilliseconds = 50

/** Makes the data folder at the first start; later ones clear away what a kill -9 left there. */
export async function prepareCluster({ binaries, data, user }: PostgresPlace): Promise<void> {
  if (existsSync(path.join(data, 'PG_VERSION'))) return await endOldServer(data)
  removeDrafts(data)
  const draft = mkdtempSync(draftsOf(data))
  if (user !== undefined) chownSync(draft, user.uid, user.gid)
  // Trust is enough: it listens on loopback only, like every server of the demo.
  await runQuietly(
    path.join(binaries, 'bin', 'initdb'),
    [
      `--pgdata=${draft}`,
      `--username=${databaseUser}`,
      '--auth=trust',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
    ],
    { cwd: '/', ...user },
  )
  // Complete or not at all: initdb writes PG_VERSION first.
  renameSync(draft, data)
}

const draftsOf = (data: string): string => `${data}.draft-`

/** Of starts that were killed meanwhile. */
function removeDrafts(data: string): void {
  const beside = path.dirname(data)
  for (const name of readdirSync(beside))
    if (name.startsWith(path.basename(draftsOf(data)))) rmSync(path.join(beside, name), { recursive: true })
}

/** The process id in postmaster.pid may be of a server that goes on without us, or by now of something else. */
async function endOldServer(data: string): Promise<void> {
  const file = path.join(data, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  const isOurs = () => processIdentity(pid) !== undefined && commandLineOf(pid).includes(data)
  if (isOurs()) signalProcess(pid, 'SIGINT')
  while (isOurs()) await delay(pollMilliseconds)
  rmSync(file, { force: true })
}

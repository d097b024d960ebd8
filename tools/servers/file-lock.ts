import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isSameProcess, processIdentity } from '../start/process-identity.ts'

const pollMilliseconds = 200
const unreadableForMilliseconds = 5_000

/** Does the work while no other process holds the same lock file; a lock whose holder died is taken over. */
export async function withFileLock<T>(
  lockFile: string,
  work: () => Promise<T>,
  onWait: () => void = () => {},
): Promise<T> {
  await mkdir(path.dirname(lockFile), { recursive: true })
  let told = false
  while (!(await take(lockFile))) {
    if (await isAbandoned(lockFile)) await rm(lockFile, { force: true })
    else {
      if (!told) onWait()
      told = true
      await delay(pollMilliseconds)
    }
  }
  try {
    return await work()
  } finally {
    await rm(lockFile, { force: true })
  }
}

async function take(lockFile: string): Promise<boolean> {
  try {
    await writeFile(lockFile, JSON.stringify(processIdentity(process.pid)), { flag: 'wx' })
    return true
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw problem
  }
}

async function isAbandoned(lockFile: string): Promise<boolean> {
  try {
    return !isSameProcess(JSON.parse(await readFile(lockFile, 'utf8')))
  } catch {
    // Gone in the meantime, or its holder died before it could write its name into it.
    const age = await stat(lockFile).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    )
    return age > unreadableForMilliseconds
  }
}

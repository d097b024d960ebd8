import path from 'node:path'
import { runQuietly } from '../bootstrap/run-quietly.mjs'
import { Refusal } from '../refusal.ts'
import { isOnPath } from './find-on-path.ts'
import type { ServerRelease } from './server-release.ts'

/** Builds a server with the sources that its go.sum pins. */
export async function buildFromSource(release: ServerRelease, target: string, whyNotDownloaded: string): Promise<void> {
  if (!(await isOnPath('go')))
    throw new Refusal(
      `${release.name} ${release.version} is needed: it could not be downloaded (${whyNotDownloaded}) and there is no Go to build it with, so install Go or set ${release.variable} to its path.`,
    )
  try {
    await runQuietly(
      'go',
      ['build', '-mod=readonly', '-trimpath', ...release.build.flags, '-o', target, release.build.package],
      {
        cwd: path.join(import.meta.dirname, release.name),
      },
    )
  } catch (problem) {
    const lastLine = (problem as Error).message.trim().split('\n').at(-1)
    throw new Refusal(
      `${release.name} ${release.version} could neither be downloaded (${whyNotDownloaded}) nor built (${lastLine}): set ${release.variable} to its path.`,
    )
  }
}

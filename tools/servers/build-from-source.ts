import path from 'node:path'
import { runQuietly } from '../bootstrap/run-quietly.mjs'
import { Refusal } from '../refusal.ts'
import type { ServerRelease } from './server-release.ts'

/** Builds a server with the sources that its go.sum pins. */
export async function buildFromSource(
  release: ServerRelease,
  go: string,
  target: string,
  whyNotDownloaded: string,
): Promise<void> {
  const { flags, package: source } = release.build
  try {
    await runQuietly(go, ['build', '-mod=readonly', '-trimpath', ...flags, '-o', target, source], {
      cwd: path.join(import.meta.dirname, release.name),
    })
  } catch (problem) {
    const lastLine = (problem as Error).message.trim().split('\n').at(-1)
    throw new Refusal(
      `${release.name} ${release.version} could neither be downloaded (${whyNotDownloaded}) nor built (${lastLine}): set ${release.variable} to its path.`,
    )
  }
}

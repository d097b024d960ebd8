import { renameSync, writeFileSync } from 'node:fs'

/** Readers see the old content or the new one, never a part. */
export function writeAtomically(file: string, content: string, mode = 0o600): void {
  const draft = `${file}.${process.pid}.draft`
  writeFileSync(draft, content, { mode })
  renameSync(draft, file)
}

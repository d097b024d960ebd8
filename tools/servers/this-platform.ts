import { Refusal } from '../refusal.ts'
import type { Platform } from './server-release.ts'

export function thisPlatform(os: string = process.platform, architecture: string = process.arch): Platform {
  if ((os === 'linux' || os === 'darwin') && (architecture === 'x64' || architecture === 'arm64'))
    return { os, architecture }
  throw new Refusal(`Berth's servers exist for Linux and macOS on x64 and arm64, not for ${os} on ${architecture}.`)
}

/** A server program that Berth runs beside itself: which version, where its makers publish it, how it is built. */
export interface ServerRelease {
  name: string
  version: string
  /** Environment variable that names a binary to use instead of all else. */
  variable: string
  /** What prints the version, and what it must say for a binary found on PATH to be used. */
  versionArguments: string[]
  saysRightVersion: (output: string) => boolean
  baseUrl: string
  archive: (platform: Platform) => string
  checksums: string
  build: { package: string; flags: string[]; minutes: number }
}

export interface Platform {
  os: 'linux' | 'darwin'
  architecture: 'x64' | 'arm64'
}

const goArchitecture = { x64: 'amd64', arm64: 'arm64' } as const
const unameOs = { linux: 'Linux', darwin: 'Darwin' } as const
const unameArchitecture = { x64: 'x86_64', arm64: 'arm64' } as const

const temporalVersion = '1.8.2'
const govmomiVersion = '0.56.0'

export const temporalRelease: ServerRelease = {
  name: 'temporal',
  version: temporalVersion,
  variable: 'BERTH_TEMPORAL_BINARY',
  versionArguments: ['--version'],
  saysRightVersion: (output) => isAtLeast(/temporal version v?(\d+\.\d+\.\d+)/.exec(output)?.[1], temporalVersion),
  baseUrl: `https://github.com/temporalio/cli/releases/download/v${temporalVersion}`,
  archive: ({ os, architecture }) => `temporal_cli_${temporalVersion}_${os}_${goArchitecture[architecture]}.tar.gz`,
  checksums: 'checksums.txt',
  build: {
    package: 'github.com/temporalio/cli/cmd/temporal',
    flags: ['-ldflags', `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${temporalVersion}`],
    minutes: 6,
  },
}

export const vcsimRelease: ServerRelease = {
  name: 'vcsim',
  version: govmomiVersion,
  variable: 'VCSIM_BINARY',
  versionArguments: ['version'],
  // The simulator's answers differ from version to version, so only this one will do.
  saysRightVersion: (output) => new RegExp(`Build Version: v?${govmomiVersion.replaceAll('.', '\\.')}\\b`).test(output),
  baseUrl: `https://github.com/vmware/govmomi/releases/download/v${govmomiVersion}`,
  archive: ({ os, architecture }) => `vcsim_${unameOs[os]}_${unameArchitecture[architecture]}.tar.gz`,
  checksums: 'checksums.txt',
  build: { package: '.', flags: ['-ldflags', '-s -w'], minutes: 1 },
}

/** A later release with the same first number keeps what Berth uses of it. */
function isAtLeast(found: string | undefined, wanted: string): boolean {
  if (!found) return false
  const [major = 0, minor = 0, patch = 0] = found.split('.').map(Number)
  const [wantedMajor = 0, wantedMinor = 0, wantedPatch = 0] = wanted.split('.').map(Number)
  return major === wantedMajor && (minor > wantedMinor || (minor === wantedMinor && patch >= wantedPatch))
}

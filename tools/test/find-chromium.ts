import { longStep } from '../bootstrap/long-step.mjs'
import { runQuietly } from '../bootstrap/run-quietly.mjs'
import { Refusal } from '../refusal.ts'
import { readServerPlaces } from '../servers/config.ts'
import { findOnPath, isExecutable } from '../servers/find-on-path.ts'
import type { TestConfiguration } from './config.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const onMacs = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const searchPath = () => readServerPlaces().searchPath

/** The browser of the journeys: named, installed, or installed now where that is allowed. */
export async function findChromium({ chromium, environment }: TestConfiguration): Promise<string> {
  if (chromium) {
    if (await isExecutable(chromium)) return chromium
    throw new Refusal(`CHROMIUM_BINARY names ${chromium}, which is not an executable file.`)
  }
  const found = await installedChromium()
  if (found) return found
  if (process.getuid?.() === 0 && (await findOnPath('apt-get', searchPath()))) await installByApt(environment)
  const installed = await installedChromium()
  if (installed) return installed
  throw new Refusal(
    'The journeys need Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM_BINARY to its path.',
  )
}

async function installedChromium(): Promise<string | undefined> {
  for (const name of names) {
    const found = await findOnPath(name, searchPath())
    if (found) return found
  }
  for (const place of onMacs) if (await isExecutable(place)) return place
  return undefined
}

async function installByApt(environment: TestConfiguration['environment']): Promise<void> {
  const env = { ...environment, DEBIAN_FRONTEND: 'noninteractive' }
  await longStep('Installing Chromium (apt-get)', async () => {
    await runQuietly('apt-get', ['update'], { env })
    await runQuietly('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { env })
  }).catch((problem: Error) => {
    throw new Refusal(
      `Chromium could not be installed by apt-get (${problem.message.trim().split('\n').at(-1)}): set CHROMIUM_BINARY to its path.`,
    )
  })
}

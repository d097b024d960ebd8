import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { longStep } from './long-step.mjs'
import { runQuietly } from './run-quietly.mjs'

/**
 * Brings node_modules to what package-lock.json says, unless it is that already.
 * @param {string} root
 */
export async function installPackages(root) {
  if (packagesAreInstalled(root)) return
  await longStep('Installing packages (npm ci, about a minute)', () =>
    runQuietly('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], { cwd: root }),
  )
}

/**
 * npm writes what it installed to node_modules/.package-lock.json when it has finished: an installation cut short has none.
 * @param {string} root
 */
export function packagesAreInstalled(root) {
  const installed = packagesOf(path.join(root, 'node_modules', '.package-lock.json'))
  if (!installed) return false
  const wanted = packagesOf(path.join(root, 'package-lock.json')) ?? {}
  return Object.entries(wanted).every(([place, { version, optional, devOptional, peer }]) => {
    if (place === '') return true
    const found = installed[place]
    // Optional packages are those of other platforms.
    return found ? found.version === version : Boolean(optional || devOptional || peer)
  })
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }> | undefined}
 */
function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined
}

import { spawn } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateDatabaseClient } from './generate-database-client.mjs'
import { installPackages } from './install-packages.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const supportedPlatforms = ['linux', 'darwin']
const oldestNode = 20

/**
 * Makes sure that everything is installed, then hands over to a TypeScript program under the pinned Node.js.
 * @param {string} program path from the root of the repository
 */
export async function runUnderNode24(program) {
  try {
    refuseUnsupported()
    await installPackages(root)
    const node = path.join(root, 'node_modules', 'node', 'bin', 'node')
    await generateDatabaseClient(root, node)
    process.exitCode = await handOver(node, [path.join(root, program), ...process.argv.slice(2)])
  } catch (problem) {
    console.error(problem instanceof Error ? problem.message : problem)
    process.exitCode = 1
  }
}

function refuseUnsupported() {
  if (!supportedPlatforms.includes(process.platform))
    throw new Error(`Berth runs on Linux and macOS, not on ${process.platform}: on Windows use WSL 2.`)
  if (Number(process.versions.node.split('.')[0]) < oldestNode)
    throw new Error(`Node.js ${process.versions.node} is too old: ${oldestNode} or newer is needed to install Berth.`)
}

/**
 * The IPC channel tells the program that we are gone, so that it never goes on alone, even after a kill -9.
 * @param {string} node
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function handOver(node, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
    const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal)
    const signals = /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
    for (const signal of signals) process.on(signal, forward)
    child.on('error', reject)
    child.on('close', (code) => {
      for (const signal of signals) process.off(signal, forward)
      resolve(code ?? 1)
    })
  })
}

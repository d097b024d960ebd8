import { spawn } from 'node:child_process'

const keptLines = 25

/**
 * Runs a program and keeps its words to itself; only if it fails its last lines are in the error.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<string>} what it wrote
 */
export function runQuietly(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    // It must not outlive whoever wanted its result.
    const end = () => child.kill()
    process.once('exit', end)
    let said = ''
    child.stdout.on('data', (chunk) => (said += chunk))
    child.stderr.on('data', (chunk) => (said += chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.off('exit', end)
      if (code === 0) return resolve(said)
      const last = said.trim().split('\n').slice(-keptLines).join('\n')
      reject(new Error(`${command} ${args[0] ?? ''} ended with ${code ?? signal}:\n${last}`))
    })
  })
}

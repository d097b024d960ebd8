import { spawn } from 'node:child_process'
import path from 'node:path'
import { repository } from '../start/config.ts'

/** Runs a program of node_modules under this Node.js; rejects with all that it said. */
export function runTool(tool: string, words: string[], folder = repository): Promise<string> {
  return new Promise((resolve, reject) => {
    const program = path.join(repository, 'node_modules', '.bin', tool)
    const child = spawn(process.execPath, [program, ...words], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve('') : reject(new Error(said.trim() || `${tool} ended with ${code}`)),
    )
  })
}

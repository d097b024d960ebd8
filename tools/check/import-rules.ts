import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { repository } from '../start/config.ts'

interface Cruise {
  modules: { source: string }[]
  summary: { violations: { rule: { name: string }; from: string; to: string }[] }
}

const notLookedAt = /(^|\/)(node_modules|dist|generated|dev)\//

/**
 * Applies .dependency-cruiser.cjs to every workspace folder below `root`. Rejects with each violation, and also if
 * a file that is there was not looked at: a tool that sees nothing finds nothing.
 */
export async function importRules(root: string): Promise<string> {
  const files = sourceFiles(root)
  if (files.length === 0) throw new Error('no source files were found')
  const { modules, summary } = await cruise(root, [...new Set(files.map((file) => file.split('/')[0] as string))])
  const seen = new Set(modules.map((module) => module.source))
  const problems = [
    ...summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
    ...files.filter((file) => !seen.has(file)).map((file) => `not looked at: ${file}`),
  ]
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return `${files.length} files`
}

/** All TypeScript of the workspace folders: those with a package.json. */
function sourceFiles(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .map((entry) => entry.name)
    .filter((folder) => readdirSync(path.join(root, folder)).includes('package.json'))
    .flatMap((folder) => typeScriptIn(root, folder))
}

function typeScriptIn(root: string, folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = `${folder}/${entry.name}`
    if (notLookedAt.test(`${file}/`)) return []
    if (entry.isDirectory()) return typeScriptIn(root, file)
    return /\.tsx?$/.test(file) && !file.endsWith('.d.ts') ? [file] : []
  })
}

function cruise(root: string, folders: string[]): Promise<Cruise> {
  const program = path.join(repository, 'node_modules', '.bin', 'depcruise')
  const words = ['--config', path.join(repository, '.dependency-cruiser.cjs'), '--output-type', 'json', ...folders]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...words], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let found = ''
    let complaints = ''
    child.stdout.on('data', (chunk: Buffer) => (found += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
    child.on('error', reject)
    child.on('close', () => {
      if (found.startsWith('{')) resolve(JSON.parse(found) as Cruise)
      else reject(new Error(complaints || 'dependency-cruiser said nothing'))
    })
  })
}

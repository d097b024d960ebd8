import path from 'node:path'
import { runQuietly } from '../bootstrap/run-quietly.mjs'

/** Drawers that anything can be put into; a file is named after the one thing that it holds. */
const forbiddenWords = [
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'manager',
  'service',
  'data',
  'info',
  'dto',
  'misc',
]
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/
const sources = /\.(ts|tsx|mjs|cjs)$/
const made = /(^|\/)(generated|dist)\//

/** Looks at every file that git knows or would take up. */
export async function fileNames(root: string): Promise<string> {
  const listed = await runQuietly('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  const files = listed.split('\n').filter((file) => sources.test(file) && !made.test(file))
  const problems = files.flatMap(nameProblems)
  if (files.length === 0) throw new Error('no files were found')
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return `${files.length} files`
}

/** What is wrong with the names on a path, in sentences. */
export function nameProblems(file: string): string[] {
  const names = file.split('/').map((name) => name.replace(/^\./, ''))
  const words = names.flatMap((name) => name.replace(/\.[a-z.]+$/, '').split(/[-.]/))
  const drawers = words.filter((word) => forbiddenWords.includes(word.toLowerCase()))
  return [
    ...drawers.map((word) => `${file}: "${word}" says nothing about what is in it`),
    ...(kebabCase.test(names.at(-1) ?? '') ? [] : [`${file}: ${path.basename(file)} is not kebab-case`]),
  ]
}

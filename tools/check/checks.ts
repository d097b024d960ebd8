import { existsSync } from 'node:fs'
import path from 'node:path'
import { repository } from '../start/config.ts'
import { fileNames } from './file-names.ts'
import { firstView } from './first-view.ts'
import { importRules } from './import-rules.ts'
import { runTool } from './run-tool.ts'

export interface Check {
  name: string
  /** Resolves with what it looked at, in a few words; rejects with what is wrong. */
  run: () => Promise<string>
}

/** Everything that the repository checks about itself. A rule that is not checked is not a rule. */
export const checks: Check[] = [
  { name: 'types', run: () => runTool('tsc', ['-p', 'tsconfig.json', '--noEmit']) },
  { name: 'types of web', run: () => runTool('tsc', ['-p', 'web/tsconfig.json', '--noEmit']) },
  { name: 'eslint', run: () => runTool('eslint', ['.', '--max-warnings', '0']) },
  { name: 'import rules', run: () => importRules(repository) },
  { name: 'file names', run: () => fileNames(repository) },
  { name: 'unused code', run: () => runTool('knip', ['--no-progress']) },
  { name: 'format', run: () => runTool('prettier', ['--check', '.', '--log-level', 'warn']) },
  { name: 'first view', run: firstView },
].filter(({ name }) => name !== 'types of web' || existsSync(path.join(repository, 'web', 'tsconfig.json')))

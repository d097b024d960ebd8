import { repository } from '../start/config.ts'
import { fileNames } from './file-names.ts'
import { firstView } from './first-view.ts'
import { importRules } from './import-rules.ts'
import { migrations } from './migrations.ts'
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
  { name: 'types of e2e', run: () => runTool('tsc', ['-p', 'e2e/tsconfig.json', '--noEmit']) },
  { name: 'eslint', run: () => runTool('eslint', ['.', '--max-warnings', '0']) },
  { name: 'import rules', run: () => importRules(repository) },
  { name: 'file names', run: () => fileNames(repository) },
  { name: 'migrations', run: () => migrations(repository) },
  { name: 'unused code', run: () => runTool('knip', ['--no-progress']) },
  { name: 'format', run: () => runTool('prettier', ['--check', '.', '--log-level', 'warn']) },
  { name: 'first view', run: firstView },
]

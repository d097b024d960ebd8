import { globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'
import { berthRules } from './tools/check/eslint-rules.mjs'

const tests = ['**/*.test.ts', '**/*.test.tsx', '*/testing/**', '*/*/testing/**', 'testing/**', 'e2e/**']

export default tseslint.config(
  globalIgnores(['**/node_modules', '**/dist', '**/generated', '.berth', 'coverage', 'web/dev']),
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { berth: berthRules },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': ['error', { selector: 'TSEnumDeclaration', message: 'Constants instead of enum.' }],
      'berth/environment-only-in-config': 'error',
      'berth/temporal-clients-only-in-main': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // Fakes and port implementations are async because their port is.
      '@typescript-eslint/require-await': 'off',
      // Boundaries parse and name no "any"; what these find beyond that are libraries' own types.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    },
  },
  { files: ['domain/**'], ignores: tests, rules: { 'berth/pure': 'error' } },
)

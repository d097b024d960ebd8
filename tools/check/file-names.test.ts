import { expect, test } from '@jest/globals'
import { nameProblems } from './file-names.ts'

test.each([
  'domain/vm-request.ts',
  'tools/start.mjs',
  'domain/lease.test.ts',
  '.dependency-cruiser.cjs',
  'web/src/pages/vm/vm-page.tsx',
  'database/database.ts',
])('%s is a good name', (file) => {
  expect(nameProblems(file)).toEqual([])
})

test.each([
  ['api/utils/urls.ts', 'api/utils/urls.ts: "utils" says nothing about what is in it'],
  ['domain/lease-helpers.ts', 'domain/lease-helpers.ts: "helpers" says nothing about what is in it'],
  ['api/vm-service.test.ts', 'api/vm-service.test.ts: "service" says nothing about what is in it'],
  ['web/src/VmPage.tsx', 'web/src/VmPage.tsx: VmPage.tsx is not kebab-case'],
])('%s is not', (file, problem) => {
  expect(nameProblems(file)).toEqual([problem])
})

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from '@jest/globals'

test.each(['paths.ts', 'problem-codes.ts'])('%s imports nothing, so that the browser gets no zod with it', (file) => {
  expect(readFileSync(path.join(import.meta.dirname, file), 'utf8')).not.toMatch(/^import /m)
})

import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import { methodNames } from './element-order.ts'

const folder = path.join(import.meta.dirname, '..')

/** Those that the agent's own code names; the table has more, for tests and the demo's site. */
function calledMethods(): string[] {
  const sources = globSync('**/*.ts', { cwd: folder, exclude: ['node_modules/**', '**/testing/**', '**/*.test.ts'] })
    .filter((file) => path.basename(file) !== 'element-order.ts')
    .map((file) => readFileSync(path.join(folder, file), 'utf8'))
  return methodNames.filter((method) => sources.some((source) => source.includes(`'${method}'`)))
}

/** Those that the README lists with the privileges that they need. */
function listedMethods(): string[] {
  const readme = readFileSync(path.join(folder, 'README.md'), 'utf8')
  const section = readme.slice(readme.indexOf('## vCenter privileges'), readme.indexOf('## Map'))
  const cells = [...section.matchAll(/^\|[^|]*\|([^|]*)\|/gm)].flatMap(([, cell = '']) => cell.split(','))
  return cells.map((cell) => cell.trim()).filter((name) => /^[A-Z]\w+$/.test(name))
}

test('the README lists every method that the agent calls, and no other', () => {
  const called = calledMethods()
  expect(called.length).toBeGreaterThan(20)
  expect(listedMethods().toSorted()).toEqual(called.toSorted())
})

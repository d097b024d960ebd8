import { afterEach, expect, test } from '@jest/globals'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { importRules } from './import-rules.ts'

let root: string
afterEach(() => rmSync(root, { recursive: true }))

/** A small repository with these files; the folders are workspaces. */
function aRepository(files: Record<string, string>): string {
  root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'berth-import-rules-')))
  const folders = new Set(Object.keys(files).map((file) => file.split('/')[0] as string))
  for (const folder of folders) write(`${folder}/package.json`, JSON.stringify({ name: folder, type: 'module' }))
  for (const [file, content] of Object.entries(files)) write(file, content)
  return root
}

function write(file: string, content: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  writeFileSync(path.join(root, file), content)
}

const exporting = 'export const it = 1\n'
const importing = (file: string) => `import { it } from '${file}'\nexport const again = it\n`
const importingType = (file: string) => `import type { It } from '${file}'\nexport type Again = It\n`

async function problemsOf(repository: string): Promise<string[]> {
  const found: unknown = await importRules(repository).catch((problem: unknown) => problem)
  return found instanceof Error ? found.message.split('\n').toSorted() : []
}

test('imports that stand in the table are content', async () => {
  const repository = aRepository({
    'domain/lease.ts': exporting,
    'database/leases.ts': importing('../domain/lease.ts'),
    'workers/main.ts': importing('../database/leases.ts'),
    'activities/it.ts': 'export type It = 1\n',
    'workflows/life.ts': importingType('../activities/it.ts'),
    'testing/world.ts': importing('../database/leases.ts'),
    'domain/lease.test.ts': importing('../testing/world.ts'),
  })
  expect(await importRules(repository)).toBe('7 files')
})

const forbiddenFolders = [
  ['domain', 'database', 'domain-imports-only-its-row'],
  ['contract', 'database', 'contract-imports-only-its-row'],
  ['activities', 'database', 'activities-imports-only-its-row'],
  ['workflows', 'contract', 'workflows-imports-only-its-row'],
  ['workflows', 'activities', 'workflows-imports-only-types-of-activities'],
  ['workers', 'api', 'workers-imports-only-its-row'],
  ['workers', 'workflows', 'workers-imports-only-types-of-workflows'],
  ['agent-worker', 'database', 'agent-worker-imports-only-its-row'],
  ['database', 'contract', 'database-imports-only-its-row'],
  ['api', 'activities', 'api-imports-only-its-row'],
  ['web', 'api', 'web-imports-only-its-row'],
  ['api', 'testing', 'api-imports-only-its-row'],
  ['testing', 'api', 'testing-imports-only-its-row'],
  ['e2e', 'tools', 'e2e-imports-only-its-row'],
] as const

test('every import between folders that the table does not allow is caught', async () => {
  const repository = aRepository({
    ...Object.fromEntries(forbiddenFolders.map(([, to]) => [`${to}/it.ts`, exporting])),
    ...Object.fromEntries(
      forbiddenFolders.map(([from, to]) => [`${from}/takes-${to}.ts`, importing(`../${to}/it.ts`)]),
    ),
  })
  const expected = forbiddenFolders.map(([from, to, rule]) => `${rule}: ${from}/takes-${to}.ts → ${to}/it.ts`)
  expect(await problemsOf(repository)).toEqual(expected.toSorted())
})

const forbiddenPackages = [
  ['domain', 'zod'],
  ['workflows', 'zod'],
  ['agent-worker', '@temporalio/client'],
  ['agent-worker', 'pg'],
  ['web', 'express'],
  ['activities', 'undici'],
] as const

test('every package that a folder must do without is caught, unless it is in a test', async () => {
  const names = [...new Set(forbiddenPackages.map(([, name]) => name))]
  const fileName = (name: string) => name.replaceAll(/[@/]/g, '')
  const repository = aRepository(
    Object.fromEntries(
      forbiddenPackages.flatMap(([folder, name]) => [
        [`${folder}/takes-${fileName(name)}.ts`, importing(name)],
        [`${folder}/takes-${fileName(name)}.test.ts`, importing(name)],
      ]),
    ),
  )
  write('package.json', JSON.stringify({ dependencies: Object.fromEntries(names.map((name) => [name, '1.0.0'])) }))
  for (const name of names) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }))
    write(`node_modules/${name}/index.js`, exporting)
  }
  const expected = forbiddenPackages.map(
    ([folder, name]) =>
      `${folder}-does-without-packages: ${folder}/takes-${fileName(name)}.ts → node_modules/${name}/index.js`,
  )
  expect(await problemsOf(repository)).toEqual(expected.toSorted())
})

test('Node.js itself is caught where it does not belong', async () => {
  const folders = ['domain', 'contract', 'activities', 'workflows']
  const repository = aRepository(Object.fromEntries(folders.map((folder) => [`${folder}/it.ts`, importing('node:fs')])))
  expect(await problemsOf(repository)).toEqual(
    folders.map((folder) => `${folder}-does-without-node: ${folder}/it.ts → fs`).toSorted(),
  )
})

test('a cycle is caught', async () => {
  const repository = aRepository({
    'domain/lease.ts': importing('./quota.ts').replace('again', 'it2'),
    'domain/quota.ts': `import { it2 } from './lease.ts'\nexport const it = it2\n`,
  })
  await expect(importRules(repository)).rejects.toThrow('no-cycles')
})

test('an import that leads nowhere and a package that nobody declares are caught', async () => {
  const repository = aRepository({ 'api/it.ts': importing('./gone.ts'), 'api/other.ts': importing('left-pad') })
  await expect(importRules(repository)).rejects.toThrow(/everything-is-found: api\/it\.ts → \.\/gone\.ts\n.*left-pad/)
})

test('a check that looks at nothing fails', async () => {
  await expect(importRules(aRepository({}))).rejects.toThrow('no source files were found')
})

import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import { repository } from '../start/config.ts'

const read = (file: string) => readFile(path.join(repository, file), 'utf8')

const documents = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'agent-worker/README.md'],
  ...readdirSync(path.join(repository, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.posix.join('docs', file)),
].filter((file) => existsSync(path.join(repository, file)))

test('the documents are there', () => {
  expect(documents.length).toBeGreaterThan(10)
})

test.each(documents)('%s points only at files that are there', async (file) => {
  const text = await read(file)
  const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target as string)
  const named = [...text.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|tsx|mjs|cjs|md|json|yaml|yml|sh|prisma))`/g)].map(
    ([, target]) => target as string,
  )
  const beside = (name: string) => path.join(repository, path.dirname(file), name)
  const missing = [
    ...links
      .filter((link) => !/^(https?|mailto):/.test(link))
      // Made by `npm run screenshots`.
      .filter((link) => !link.endsWith('.png'))
      .filter((link) => !existsSync(beside(link))),
    // A path in code quotes starts at the root, or beside the document.
    ...named
      .filter((name) => !name.startsWith('.berth/'))
      .filter((name) => !existsSync(path.join(repository, name)) && !existsSync(beside(name))),
  ]
  expect(missing).toEqual([])
})

test.each(['api', 'workers', 'agent-worker'])('docs/operations.md names every setting of %s', async (folder) => {
  const settings = [...(await read(`${folder}/config.ts`)).matchAll(/^ {2}((?:BERTH|DATABASE)_[A-Z_]+):/gm)].map(
    ([, name]) => name as string,
  )
  expect(settings.length).toBeGreaterThan(5)
  const described = await read('docs/operations.md')
  expect(settings.filter((name) => !described.includes(`\`${name}\``))).toEqual([])
})

test('docs/operations.md names no setting that nothing reads', async () => {
  const named = [...(await read('docs/operations.md')).matchAll(/`(BERTH_[A-Z_]+)`/g)].map(([, name]) => name as string)
  const readers = ['api', 'workers', 'agent-worker', 'tools/start', 'tools/demo-site', 'tools/servers']
  const files = [...readers.map((folder) => `${folder}/config.ts`), 'tools/servers/server-release.ts']
  const sources = await Promise.all(files.map(read))
  expect(named.filter((name) => !sources.some((source) => source.includes(name)))).toEqual([])
})

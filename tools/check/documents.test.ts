import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { configurationSchema } from '@berth/contract/configuration-schema.ts'
import { defaultPolicy } from '@berth/domain/policy.ts'
import { holdableStates, leadsTo, vmRequestStates } from '@berth/domain/vm-request.ts'
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

test('docs/operations.md names every key of berth.yaml', async () => {
  const described = await read('docs/operations.md')
  const keys = keysIn(z.toJSONSchema(configurationSchema, { io: 'input' }))
  expect(keys.size).toBeGreaterThan(50)
  expect([...keys].filter((key) => !described.includes(`\`${key}\``))).toEqual([])
})

/** Of an object's schema and all that it contains. */
function keysIn(schema: unknown): Set<string> {
  if (typeof schema !== 'object' || schema === null) return new Set()
  const { properties = {} } = schema as { properties?: object }
  return new Set([...Object.keys(properties), ...Object.values(schema).flatMap((inner) => [...keysIn(inner)])])
}

test('docs/operations.md has the default of every value of a policy', async () => {
  const rows = (await read('docs/operations.md')).split('\n')
  const told = Object.keys(defaultPolicy).map((key) => {
    const row = rows.find((line) => line.startsWith(`| \`${key}\` `))
    return [key, row?.split('|').at(-2)?.replace(/\(.*/, '').trim()]
  })
  const defaults = Object.entries(defaultPolicy).map(([key, value]) => [key, [value].flat().join(', ')])
  expect(told).toEqual(defaults)
})

test('ARCHITECTURE.md leads each state where the table does', async () => {
  const drawn = [...(await read('ARCHITECTURE.md')).matchAll(/^(\w+) +─► (.+)$/gm)].map(([, from, to]) => [
    from,
    to?.split(' · ').sort(),
  ])
  const table = holdableStates.map((from) => [
    from,
    vmRequestStates.filter((to) => to !== 'held' && leadsTo(from, to)).sort(),
  ])
  expect(drawn).toEqual(table)
})

test('every picture of docs is shown in a document', async () => {
  const texts = (await Promise.all(documents.map(read))).join('\n')
  const pictures = readdirSync(path.join(repository, 'docs')).filter((file) => file.endsWith('.png'))
  expect(pictures.length).toBeGreaterThan(3)
  expect(pictures.filter((file) => !texts.includes(file))).toEqual([])
})

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startApiWorld, type ApiWorld } from '../testing/api-world.ts'

let world: ApiWorld
let webDist: string

beforeAll(async () => {
  webDist = await mkdtemp(join(tmpdir(), '.berth-dist-'))
  await mkdir(join(webDist, 'assets'))
  await writeFile(join(webDist, 'index.html'), '<title>Berth</title>')
  await writeFile(join(webDist, 'assets', 'main-abc.js'), '1')
  world = await startApiWorld({ temporalAddress: '127.0.0.1:1', settings: { webDist } })
})

afterAll(async () => {
  await world?.stop()
  await rm(webDist, { recursive: true, force: true })
})

const get = (path: string, accept = 'text/html') =>
  fetch(`${world.origin}${path}`, { headers: { accept }, redirect: 'manual' })

describe('the portal’s files', () => {
  test('are the page itself at every address of the portal, asked for anew each time', async () => {
    for (const path of ['/', '/vm-requests/1', '/approvals?tab=open']) {
      const answer = await get(path)
      expect([answer.status, answer.headers.get('cache-control'), await answer.text()]).toEqual([
        200,
        'no-cache',
        '<title>Berth</title>',
      ])
      expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'")
    }
  })

  test('are kept for a year where their name holds their hash', async () => {
    const answer = await get('/assets/main-abc.js')
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  })

  test('are not found rather than replaced by the page', async () => {
    for (const path of ['/assets/main-old.js', '/api/v1/odd', '/api', '/auth/odd'])
      expect([path, (await get(path)).status]).toEqual([path, 404])
    expect((await get('/favicon.ico', 'image/png')).status).toBe(404)
  })
})

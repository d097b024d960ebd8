import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { withFileLock } from './file-lock.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'berth-lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('two that want the same lock work one after the other', async () => {
  const lock = path.join(folder, 'lock')
  const happened: string[] = []
  const work = (name: string) => async () => {
    happened.push(`${name} begins`)
    await new Promise((resolve) => setImmediate(resolve))
    happened.push(`${name} ends`)
  }
  await Promise.all([withFileLock(lock, work('one')), withFileLock(lock, work('two'))])
  const first = happened[0]?.split(' ')[0]
  expect(happened.map((line) => line.startsWith(`${first} `))).toEqual([true, true, false, false])
})

test('a lock whose holder has died is taken over', async () => {
  const lock = path.join(folder, 'lock')
  await writeFile(lock, JSON.stringify({ pid: process.pid, startedAt: 'before this process began' }))
  expect(await withFileLock(lock, async () => 'done')).toBe('done')
})

test('a lock is free again after its work failed', async () => {
  const lock = path.join(folder, 'lock')
  await expect(withFileLock(lock, () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk')
  expect(await withFileLock(lock, async () => 'done')).toBe('done')
})

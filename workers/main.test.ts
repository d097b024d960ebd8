import { execFile } from 'node:child_process'
import path from 'node:path'
import { expect, test } from '@jest/globals'

test('the workers’ process says what is wrong with its settings, and ends', async () => {
  const env = { BERTH_CONFIG: '/nowhere/berth.yaml', TEMPORAL_ADDRESS: 'temporal.example.com:7233' }
  const { code, said } = await new Promise<{ code: unknown; said: string }>((answer) => {
    execFile(process.execPath, [path.join(import.meta.dirname, 'main.ts')], { env }, (error, stdout, stderr) =>
      answer({ code: error?.code, said: `${stdout}${stderr}` }),
    )
  })
  expect(code).toBe(1)
  const lines = said.trim().split('\n')
  expect(lines[0]).toBe('The workers cannot start:')
  expect(lines.slice(1).map((line) => line.trim().split(':')[0])).toEqual([
    'DATABASE_URL',
    'BERTH_SMTP_URL',
    'TEMPORAL_ADDRESS',
    'BERTH_CONFIG',
  ])
})

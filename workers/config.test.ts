import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { readConfig } from './config.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'berth-workers-'))
const inFolder = (name: string, text: string): string => {
  const file = path.join(folder, name)
  writeFileSync(file, text)
  return file
}

const complete = {
  DATABASE_URL: 'postgresql://127.0.0.1/berth',
  BERTH_SMTP_URL: 'smtp://127.0.0.1',
  BERTH_CONFIG: path.join(import.meta.dirname, '..', 'berth.yaml'),
  TEMPORAL_CONFIG_FILE: path.join(folder, 'none.toml'),
}

const configOf = (variables: Record<string, string>) => {
  const result = readConfig({ ...complete, ...variables })
  if (!result.ok) throw new Error(result.problems.join('\n'))
  return result.config
}

const problemsOf = (variables: Record<string, string>) => {
  const result = readConfig({ ...complete, ...variables })
  return result.ok ? [] : result.problems
}

describe('the workers’ configuration', () => {
  test('has defaults for what is not said, also where it is said to be empty', () => {
    const config = configOf({ BERTH_RECONCILE_SECONDS: '', TEMPORAL_NAMESPACE: '' })
    expect(config).toMatchObject({ namespace: 'berth', BERTH_RECONCILE_SECONDS: 120 })
    expect(config.configuration.installationId).toBe('demo')
  })

  test('tells everything that is missing or wrong at once', () => {
    const gone = path.join(folder, 'gone.yaml')
    const problems = problemsOf({
      DATABASE_URL: '',
      BERTH_SMTP_URL: 'mail',
      BERTH_RECONCILE_SECONDS: '0',
      BERTH_CONFIG: gone,
      TEMPORAL_ADDRESS: 'temporal.example.com:7233',
    })
    expect(problems).toEqual([
      'DATABASE_URL: must be set',
      'BERTH_SMTP_URL: must be an smtp:// or smtps:// address',
      expect.stringContaining('BERTH_RECONCILE_SECONDS: '),
      expect.stringContaining('TEMPORAL_ADDRESS: temporal.example.com:7233 is not on this machine'),
      `BERTH_CONFIG: ${gone} cannot be read (ENOENT)`,
    ])
  })

  test('tells what is wrong in berth.yaml, with its lines', () => {
    const file = inFolder('wrong.yaml', 'installationId: acme\nteams: 3\nsites: []\ncatalogItems: []\n')
    expect(problemsOf({ BERTH_CONFIG: file })).toEqual(expect.arrayContaining([`${file}:2 teams: must be a list`]))
  })

  test('tells what is wrong with Temporal’s profile file', () => {
    expect(problemsOf({ TEMPORAL_CONFIG_FILE: inFolder('wrong.toml', '[profile') })).toEqual([
      expect.stringMatching(/^TEMPORAL_…: /),
    ])
  })

  test('takes address and namespace of Temporal’s profile file', () => {
    const file = inFolder('temporal.toml', '[profile.default]\naddress = "127.0.0.1:7999"\nnamespace = "vms"\n')
    expect(configOf({ TEMPORAL_CONFIG_FILE: file })).toMatchObject({
      temporal: { address: '127.0.0.1:7999' },
      namespace: 'vms',
    })
    expect(configOf({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_NAMESPACE: 'other' }).namespace).toBe('other')
  })

  test('refuses plain text to a Temporal on another machine, with an API key too', () => {
    const away = { TEMPORAL_ADDRESS: 'temporal.example.com:7233' }
    expect(problemsOf(away)).toHaveLength(1)
    expect(problemsOf({ ...away, TEMPORAL_TLS: 'false' })).toHaveLength(1)
    expect(problemsOf({ ...away, TEMPORAL_TLS: 'false', TEMPORAL_API_KEY: 'key' })).toHaveLength(1)
    expect(problemsOf({ ...away, TEMPORAL_TLS: 'true' })).toEqual([])
    expect(problemsOf({ ...away, TEMPORAL_API_KEY: 'key' })).toEqual([])
    expect(problemsOf({ TEMPORAL_ADDRESS: '[::1]:7233', TEMPORAL_TLS: 'false' })).toEqual([])
  })
})

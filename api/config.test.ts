import { describe, expect, test } from '@jest/globals'
import { ConfigError, readConfig } from './config.ts'

const complete = {
  DATABASE_URL: 'postgresql://app@127.0.0.1:5432/berth',
  BERTH_PUBLIC_URL: 'http://127.0.0.1:8080',
  BERTH_OIDC_ISSUER: 'http://127.0.0.1:8090',
  BERTH_OIDC_CLIENT_ID: 'berth',
  BERTH_OIDC_CLIENT_SECRET: 'a-secret',
  BERTH_SESSION_SECRET: 'a-session-secret-that-is-long-enough',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  TEMPORAL_NAMESPACE: 'berth',
}

const problemsOf = (variables: Record<string, string>): string[] => {
  try {
    readConfig(variables)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems
  }
}

describe('the configuration', () => {
  test('is complete with seven variables', () => {
    expect(readConfig(complete)).toMatchObject({ BERTH_API_PORT: 8_080, temporal: { namespace: 'berth' } })
  })

  test('names everything that is missing at once', () => {
    const named = problemsOf({}).map((problem) => problem.split(':')[0])
    expect(named).toEqual([
      'DATABASE_URL',
      'BERTH_PUBLIC_URL',
      'BERTH_OIDC_ISSUER',
      'BERTH_OIDC_CLIENT_ID',
      'BERTH_OIDC_CLIENT_SECRET',
      'BERTH_SESSION_SECRET',
    ])
  })

  test.each([
    ['DATABASE_URL', 'mysql://x'],
    ['BERTH_API_PORT', '70000'],
    ['BERTH_PUBLIC_URL', 'http://berth.example'],
    ['BERTH_OIDC_ISSUER', 'http://login.example'],
    ['BERTH_SESSION_SECRET', 'short'],
    ['BERTH_LOG_LEVEL', 'loud'],
    ['TEMPORAL_ADDRESS', 'temporal.example:7233'],
  ])('refuses %s=%s', (name, value) => {
    expect(problemsOf({ ...complete, [name]: value }).map((problem) => problem.split(':')[0])).toEqual([name])
  })

  test('refuses to send an API key to Temporal in plain text', () => {
    const away = { ...complete, TEMPORAL_ADDRESS: 'temporal.example:7233', TEMPORAL_API_KEY: 'key' }
    expect(problemsOf({ ...away, TEMPORAL_TLS: 'false' })).toEqual([expect.stringMatching(/^TEMPORAL_ADDRESS: /)])
    expect(problemsOf(away)).toEqual([])
  })

  test('does not repeat a secret', () => {
    expect(problemsOf({ ...complete, BERTH_SESSION_SECRET: 'hunter2' }).join()).not.toContain('hunter2')
  })
})

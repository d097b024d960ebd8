import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { readConfig } from './config.ts'

const complete = {
  BERTH_SITE_ID: 'ams1',
  BERTH_INSTALLATION_ID: 'acme',
  BERTH_VCENTER_URL: 'https://vcenter.example.com/sdk',
  BERTH_VCENTER_USERNAME: 'berth@vsphere.local',
  BERTH_VCENTER_PASSWORD: 'secret',
}

const configOf = (variables: Record<string, string>) => {
  const result = readConfig(variables)
  if (!result.ok) throw new Error(result.problems.join('\n'))
  return result.config
}

const problemsOf = (variables: Record<string, string>) => {
  const result = readConfig(variables)
  return result.ok ? [] : result.problems
}

describe('the agent’s configuration', () => {
  test('needs a site, an installation and a vCenter; all else has a default', () => {
    const config = configOf(complete)
    expect(config).toMatchObject({
      siteId: 'ams1',
      namespace: 'berth',
      cloneBounds: { slots: 8, perDatastore: 8 },
      logLevel: 'info',
    })
    expect(config.identity).toMatch(new RegExp(`^agent/ams1/.+/${config.version}/${process.pid}$`))
  })

  test('tells everything that is missing at once', () => {
    const problems = problemsOf({})
    for (const variable of Object.keys(complete)) {
      expect(problems).toEqual(expect.arrayContaining([expect.stringContaining(`${variable}: must be set`)]))
    }
  })

  test('takes the password from a file', () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'berth-')), 'password')
    writeFileSync(file, 'from a file\n')
    const { BERTH_VCENTER_PASSWORD: _, ...others } = complete
    expect(configOf({ ...others, BERTH_VCENTER_PASSWORD_FILE: file }).vcenter.password).toBe('from a file')
    expect(problemsOf({ ...others, BERTH_VCENTER_PASSWORD_FILE: `${file}.gone` })).toHaveLength(1)
  })

  test('refuses plain text to a vCenter or a Temporal on another machine', () => {
    expect(problemsOf({ ...complete, BERTH_VCENTER_URL: 'http://vcenter.example.com/sdk' })).toEqual([
      'BERTH_VCENTER_URL: must be https: the password would travel in plain text',
    ])
    expect(problemsOf({ ...complete, TEMPORAL_ADDRESS: 'temporal.example.com:7233' })).toHaveLength(1)
    expect(problemsOf({ ...complete, TEMPORAL_ADDRESS: 'temporal.example.com:7233', TEMPORAL_TLS: 'true' })).toEqual([])
    expect(problemsOf({ ...complete, TEMPORAL_ADDRESS: 'temporal.example.com:7233', TEMPORAL_API_KEY: 'k' })).toEqual(
      [],
    )
    expect(problemsOf({ ...complete, BERTH_VCENTER_URL: 'http://127.0.0.1:8989' })).toEqual([])
  })

  test('completes a vCenter address without a path', () => {
    expect(configOf({ ...complete, BERTH_VCENTER_URL: 'https://vc.example.com' }).vcenter.url).toBe(
      'https://vc.example.com/sdk',
    )
  })

  test('never repeats a secret in a problem', () => {
    expect(problemsOf({ ...complete, BERTH_BUILD_SLOTS: 'many' }).join()).not.toContain('secret')
  })
})

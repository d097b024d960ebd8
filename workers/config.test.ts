import { expect, test } from '@jest/globals'
import { readConfig } from './config.ts'

test('everything that is missing or wrong is said at once', () => {
  expect(() => readConfig({ BERTH_SMTP_URL: 'mail', BERTH_RECONCILE_SECONDS: '0' })).toThrow(
    /DATABASE_URL[\s\S]*BERTH_SMTP_URL: is an smtp[\s\S]*BERTH_RECONCILE_SECONDS/,
  )
})

test('what is not said has a default', () => {
  const config = readConfig({ DATABASE_URL: 'postgresql://127.0.0.1/berth', BERTH_SMTP_URL: 'smtp://127.0.0.1' })
  expect(config).toMatchObject({ TEMPORAL_NAMESPACE: 'berth', BERTH_RECONCILE_SECONDS: 120 })
})

import base from './jest.config.mjs'

/** Journeys in a real browser against a running Berth; `npm test` starts both. */
export default {
  ...base,
  testMatch: ['<rootDir>/e2e/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
}

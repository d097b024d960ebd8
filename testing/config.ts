/** Addresses of the servers that tests share; `npm test` starts them and sets these. */
export const testConfiguration = {
  databaseUrl: () => required('DATABASE_URL'),
  temporalAddress: () => required('TEMPORAL_ADDRESS'),
  vcsimBinary: () => required('VCSIM_BINARY'),
  jestWorker: () => Number(process.env['JEST_WORKER_ID'] ?? '1'),
  /** Where the running Berth keeps its run.json. */
  berthHome: () => required('BERTH_HOME'),
  /** The browser that the journeys go through. */
  chromiumBinary: () => required('CHROMIUM_BINARY'),
  /** What a process that a test starts inherits. */
  environment: () => process.env,
}

function required(variable: string): string {
  const value = process.env[variable]
  if (!value)
    throw new Error(
      `${variable} is not set: run the tests by \`npm test\` (or \`npm test -- <path>\`), which starts the servers.`,
    )
  return value
}

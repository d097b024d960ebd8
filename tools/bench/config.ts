/** What the measured copy of Berth inherits, besides its own settings. */
export const inheritedEnvironment = (): NodeJS.ProcessEnv => {
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, BERTH_CONFIG: _config, ...rest } = process.env
  return rest
}

/** From now on the servers for tests are these. */
export const useServers = (environment: Record<string, string>): void => void Object.assign(process.env, environment)

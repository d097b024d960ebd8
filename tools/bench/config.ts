/** From now on the servers for tests are these. */
export const useServers = (environment: Record<string, string>): void => void Object.assign(process.env, environment)

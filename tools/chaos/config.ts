/** What the drilled copy of Berth inherits: whatever would lead it to servers of the user's own is left out. */
export const inheritedEnvironment = (): Record<string, string | undefined> => {
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, BERTH_CONFIG: _config, ...rest } = process.env
  return rest
}

export interface TestConfiguration {
  /** A browser of the user's own. */
  chromium?: string
  /** What every process inherits. */
  environment: Record<string, string | undefined>
}

/** The only file here that reads the environment. */
export function readTestConfiguration(
  environment: Record<string, string | undefined> = process.env,
): TestConfiguration {
  const chromium = environment['CHROMIUM_BINARY']
  return { ...(chromium && { chromium }), environment }
}

/** Instants are ISO 8601 texts in UTC with milliseconds wherever they are stored or sent; they compare as texts. */
export type Instant = string

/** Some thirty years: what lies beyond leaves the range of instants. */
export const longestSeconds = 1_000_000_000

export const instantOf = (epochMilliseconds: number): Instant => new Date(epochMilliseconds).toISOString()

export const addSeconds = (at: Instant, seconds: number): Instant => instantOf(Date.parse(at) + seconds * 1_000)

/** Positive when `to` is later. */
export const secondsBetween = (from: Instant, to: Instant): number => (Date.parse(to) - Date.parse(from)) / 1_000

export const later = (a: Instant, b: Instant): Instant => (a > b ? a : b)
export const earlier = (a: Instant, b: Instant): Instant => (a < b ? a : b)

const firstMilliseconds = 200
const longestMilliseconds = 5_000

/** Doubles with every short life in a row. */
export const restartDelayMilliseconds = (shortLives: number): number =>
  Math.min(firstMilliseconds * 2 ** (shortLives - 1), longestMilliseconds)

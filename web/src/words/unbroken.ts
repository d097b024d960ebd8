/** Words that a line break would tear apart, as a number from its unit: lines also break after slashes and dots. */
export const unbroken = (words: string): string =>
  words.replaceAll(' ', '\u00a0').replaceAll(/[/…]/g, (sign) => `${sign}\u2060`)

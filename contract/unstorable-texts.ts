/** Texts that PostgreSQL does not store, anywhere in a value: with a NUL, or with half a character. Nobody means to send one. */
export function unstorableTexts(value: unknown, path: readonly string[] = []): { path: string[]; message: string }[] {
  if (typeof value === 'string') {
    if (value.includes('\0')) return [{ path: [...path], message: 'must not contain a NUL character' }]
    if (!value.isWellFormed())
      return [{ path: [...path], message: 'must not contain half a character: a surrogate alone' }]
    return []
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) => unstorableTexts(member, [...path, key]))
}

/** A key that nobody else has. `crypto.randomUUID` exists in secure contexts only. */
const freshKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

export interface IdempotencyKeys {
  /** The same key for the same thing until its answer is known: sending it again after a lost answer does nothing twice. */
  keyFor(sent: object): string
  /** From here on the same thing is another wish. */
  answered(sent: object): void
}

export function idempotencyKeys(): IdempotencyKeys {
  const keys = new Map<string, string>()
  return {
    keyFor(sent) {
      const text = JSON.stringify(sent)
      const key = keys.get(text) ?? freshKey()
      keys.set(text, key)
      return key
    },
    answered: (sent) => void keys.delete(JSON.stringify(sent)),
  }
}

/** A key that nobody else has. `crypto.randomUUID` exists in secure contexts only. */
const freshKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** The same key for the same body, so that sending a form again after a lost answer makes nothing twice. */
export function idempotencyKeys(): (body: object) => string {
  let last: { text: string; key: string } | undefined
  return (body) => {
    const text = JSON.stringify(body)
    if (last?.text !== text) last = { text, key: freshKey() }
    return last.key
  }
}

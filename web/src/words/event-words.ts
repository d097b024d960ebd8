/** `handedOver` reads "handed over"; events are verbs in past tense. */
export const eventWords = (event: string): string =>
  event
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/\bip\b/, 'IP')

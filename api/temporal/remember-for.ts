export interface Remembered<Answer> {
  ask(key: string): Promise<Answer>
  forget(key: string): void
}

/** Answers of the last moments are given again: many watchers cost one question. */
export function rememberFor<Answer>(milliseconds: number, find: (key: string) => Promise<Answer>): Remembered<Answer> {
  const remembered = new Map<string, { until: number; answer: Promise<Answer> }>()
  return {
    ask(key) {
      const now = Date.now()
      for (const [old, { until }] of remembered) if (until <= now) remembered.delete(old)
      const known = remembered.get(key)
      if (known) return known.answer
      const answer = find(key)
      remembered.set(key, { until: now + milliseconds, answer })
      return answer
    },
    forget: (key) => void remembered.delete(key),
  }
}

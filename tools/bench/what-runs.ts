import { stopRequested } from '../start/stop-requested.ts'

const running = new Set<() => Promise<void>>()

/** It is stopped as well when the measurement is broken off. Answers how to stop it. */
export function alsoStoppedByHand(stop: () => Promise<void>): () => Promise<void> {
  running.add(stop)
  return async () => {
    running.delete(stop)
    await stop()
  }
}

/** Ctrl-C, or the end of the terminal, leaves nothing behind. */
export function stopWhenAsked(): void {
  void stopRequested().then(async () => {
    for (const stop of [...running].reverse()) await stop().catch(() => {})
    console.error('Stopped before the end.')
    process.exit(1)
  })
}

/**
 * Resolves with the reason when someone wants this process to end: a signal, or the process that started it is gone. All later
 * signals are taken and ignored, since stopping is under way.
 */
export function stopRequested(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal))
    if (process.channel) process.on('disconnect', () => resolve('its parent is gone'))
  })
}

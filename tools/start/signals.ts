/** Signals a process and all that it started; no one there is no problem. */
export const signalGroup = (pid: number, signal: NodeJS.Signals): void => send(-pid, signal)

export const signalProcess = (pid: number, signal: NodeJS.Signals): void => send(pid, signal)

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal)
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code !== 'ESRCH') throw problem
  }
}

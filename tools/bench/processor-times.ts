import { readdirSync, readFileSync } from 'node:fs'

/** Seconds of processor by the name of a process, with what its children take. */
export type ProcessorTimes = Record<string, number>

/** Read from /proc: Linux only. A process that is gone has taken nothing. */
export function processorTimes(pids: Readonly<Record<string, number>>): ProcessorTimes {
  const parents = parentsOfAll()
  return Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => [
      name,
      familyOf(pid, parents)
        .map(secondsOf)
        .reduce((sum, seconds) => sum + seconds, 0),
    ]),
  )
}

/** What each took meanwhile, the most first. */
export const processorSeconds = (before: ProcessorTimes, after: ProcessorTimes): [name: string, seconds: number][] =>
  Object.entries(after)
    .map(([name, seconds]): [string, number] => [name, seconds - (before[name] ?? 0)])
    .sort(([, a], [, b]) => b - a)

const ticksPerSecond = 100

function fieldsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  } catch {
    return []
  }
}

const secondsOf = (pid: number): number => {
  const fields = fieldsOf(pid)
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond
}

function parentsOfAll(): Map<number, number> {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return new Map(pids.map((pid) => [pid, Number(fieldsOf(pid)[1])]))
}

function familyOf(pid: number, parents: ReadonlyMap<number, number>): number[] {
  const children = [...parents].filter(([, parent]) => parent === pid).map(([child]) => child)
  return [pid, ...children.flatMap((child) => familyOf(child, parents))]
}

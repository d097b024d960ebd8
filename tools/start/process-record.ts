import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { processIdentity, type ProcessIdentity } from './process-identity.ts'
import type { ProcessPlan } from './process-plan.ts'
import { writeAtomically } from './write-atomically.ts'

export interface RunningProcess extends ProcessIdentity {
  name: string
  stop?: ProcessPlan['stop']
}

interface Recorded {
  supervisor: ProcessIdentity
  processes: RunningProcess[]
}

/** The processes of one BERTH_HOME, on disk. */
export interface ProcessRecord {
  read(): Recorded | undefined
  write(processes: RunningProcess[]): void
  clear(): void
}

export function processRecord(home: string): ProcessRecord {
  const file = path.join(home, 'processes.json')
  return {
    read() {
      try {
        return JSON.parse(readFileSync(file, 'utf8')) as Recorded
      } catch {
        return undefined
      }
    },
    write(processes) {
      const supervisor = processIdentity(process.pid)
      writeAtomically(file, JSON.stringify({ supervisor, processes }, undefined, 2))
    },
    clear: () => rmSync(file, { force: true }),
  }
}

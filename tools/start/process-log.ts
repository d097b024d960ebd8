import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'

/** Takes what processes say, line by line: into a file each, and to the terminal if asked. */
export interface ProcessLog {
  /** The file with everything that a process said. */
  fileOf(name: string): string
  write(name: string, line: string): void
  /** What the supervisor itself has to say: always on the terminal. */
  announce(line: string): void
  close(): void
}

interface ProcessLogOptions {
  verbose: boolean
  /** Never written, whoever says them. */
  secrets?: string[]
  print?: (line: string) => void
}

export function processLog(
  folder: string,
  { verbose, secrets = [], print = console.log }: ProcessLogOptions,
): ProcessLog {
  mkdirSync(folder, { recursive: true })
  const fileOf = (name: string) => path.join(folder, `${name}.log`)
  const streams = new Map<string, ReturnType<typeof createWriteStream>>()
  const streamOf = (name: string) => {
    const open = streams.get(name) ?? newLog(fileOf(name))
    streams.set(name, open)
    return open
  }
  return {
    fileOf,
    write(name, said) {
      const line = secrets.reduce((text, secret) => text.replaceAll(secret, '…'), said)
      streamOf(name).write(`${line}\n`)
      if (verbose) print(`${name.padEnd(14)} ${line}`)
    },
    announce(line) {
      streamOf('supervisor').write(`${new Date().toISOString()} ${line}\n`)
      print(line)
    },
    close() {
      for (const stream of streams.values()) stream.end()
    },
  }
}

/** The log of the start before this one is kept, older ones are not. */
function newLog(file: string) {
  if (existsSync(file)) renameSync(file, file.replace(/\.log$/, '.previous.log'))
  return createWriteStream(file)
}

import type { SpawnOptions } from 'node:child_process'

export declare function runQuietly(command: string, args: string[], options?: SpawnOptions): Promise<string>

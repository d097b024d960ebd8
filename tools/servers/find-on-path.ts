import { access, constants } from 'node:fs/promises'
import path from 'node:path'

/** The full path of a program that the shell would find in these folders. */
export async function findOnPath(program: string, searchPath: string[]): Promise<string | undefined> {
  for (const folder of searchPath) {
    const candidate = path.join(folder, program)
    if (await isExecutable(candidate)) return candidate
  }
  return undefined
}

export const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )

import { access, constants } from 'node:fs/promises'
import path from 'node:path'
import { searchPath } from './config.ts'

/** The full path of a program that the shell would find. */
export async function findOnPath(program: string): Promise<string | undefined> {
  for (const folder of searchPath()) {
    const candidate = path.join(folder, program)
    if (await isExecutable(candidate)) return candidate
  }
  return undefined
}

export const isOnPath = async (program: string): Promise<boolean> => (await findOnPath(program)) !== undefined

export const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )

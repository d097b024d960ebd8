import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { StoredVm } from './stored-vm.ts'

export interface VmStore {
  /** The life of the simulator that `vms` were last seen in; another one has forgotten them. */
  simulatorLife: string
  vms: StoredVm[]
  /** Writes what has changed since the last time; a reader never sees half a file. */
  save(): Promise<void>
}

export async function openVmStore(home: string, siteId: string): Promise<VmStore> {
  const path = join(home, 'sites', siteId, 'vms.json')
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  let written = await readIfThere(path)
  let saving = Promise.resolve()
  const { simulatorLife, vms } = JSON.parse(written) as Pick<VmStore, 'simulatorLife' | 'vms'>
  const store: VmStore = {
    simulatorLife,
    vms,
    save() {
      saving = saving.then(saveNow)
      return saving
    },
  }
  const saveNow = async () => {
    const text = JSON.stringify({ simulatorLife: store.simulatorLife, vms: store.vms }, undefined, 1)
    if (text === written) return
    await writeAtomically(path, text)
    written = text
  }
  return store
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return JSON.stringify({ simulatorLife: '', vms: [] })
  }
}

/** Host keys are in it, so only the owner may read it. */
async function writeAtomically(path: string, text: string): Promise<void> {
  const file = await open(`${path}.part`, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.part`, path)
}

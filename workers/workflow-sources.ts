import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const domain = new URL('.', import.meta.resolve('@berth/domain/vm-request.ts'))

/**
 * What the workflows' bundle is made of. The rules of `domain` keep no state, so that all workflows of a worker share
 * them; everything else is loaded anew for each workflow, and kept as long as it is cached.
 */
export const workflowSources = {
  workflowsPath: fileURLToPath(import.meta.resolve('@berth/workflows/index.ts')),
  preloadModules: readdirSync(domain)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => fileURLToPath(new URL(file, domain))),
}

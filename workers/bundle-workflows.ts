import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'
import { workflowSources } from './workflow-sources.ts'

/**
 * `node workers/bundle-workflows.ts [file]` writes the bundle that BERTH_WORKFLOW_BUNDLE names. A worker that is given one
 * starts sooner and never loads the bundler.
 */
const target = path.resolve(process.argv[2] ?? fileURLToPath(new URL('dist/workflows.js', import.meta.url)))
const { code } = await bundleWorkflowCode({
  ...workflowSources,
  logger: new DefaultLogger('WARN'),
})
await mkdir(path.dirname(target), { recursive: true })
await writeFile(`${target}.new`, code)
await rename(`${target}.new`, target)

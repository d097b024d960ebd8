import { buildWhenChanged } from './build-when-changed.ts'

/** From the repository's root. */
export const workflowBundle = 'workers/dist/workflows.js'

/** Workers that are given their bundle are there sooner, and never load the bundler. */
export const buildWorkflows = (): Promise<void> =>
  buildWhenChanged({
    name: 'workflows',
    title: 'Bundling the workflows',
    folders: ['workflows', 'domain'],
    result: workflowBundle,
    command: ['workers/bundle-workflows.ts', workflowBundle],
  })

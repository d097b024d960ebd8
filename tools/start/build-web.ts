import path from 'node:path'
import { buildWhenChanged } from './build-when-changed.ts'
import { repository } from './config.ts'

export const buildWeb = (): Promise<void> =>
  buildWhenChanged({
    name: 'web',
    title: 'Building the portal',
    folders: ['web', 'contract', 'domain'],
    result: 'web/dist/index.html',
    command: [path.join(repository, 'node_modules', 'vite', 'bin', 'vite.js'), 'build'],
    cwd: 'web',
  })

import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { longStep } from './long-step.mjs'
import { runQuietly } from './run-quietly.mjs'

/**
 * Generates the typed database client anew when the schema, or Prisma itself, is another than last time.
 * @param {string} root
 * @param {string} node the Node.js to run it with
 */
export async function generateDatabaseClient(root, node) {
  const folder = path.join(root, 'database')
  const stamp = path.join(folder, 'generated', '.made-from')
  const source = fingerprintOfSchema(folder, path.join(root, 'package-lock.json'))
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === source) return
  await longStep('Generating the database client', () =>
    runQuietly(node, [path.join(root, 'node_modules', 'prisma', 'build', 'index.js'), 'generate'], { cwd: folder }),
  )
  writeFileSync(stamp, source)
}

/**
 * @param {string} folder
 * @param {string} lock
 */
function fingerprintOfSchema(folder, lock) {
  const hash = createHash('sha256')
  hash.update(JSON.parse(readFileSync(lock, 'utf8')).packages['node_modules/prisma']?.version ?? '')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(\.prisma|prisma\.config\.ts)$/.test(file) && !/(^|\/)(generated|node_modules)\//.test(file))
    .sort()
  for (const file of files) hash.update(file).update(readFileSync(path.join(folder, file)))
  return hash.digest('hex')
}

import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from '@jest/globals'
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker'

const folder = fileURLToPath(new URL('../workflows/histories/', import.meta.url))
let workflowBundle: WorkflowBundle

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') })
  const workflowsPath = fileURLToPath(import.meta.resolve('@berth/workflows/index.ts'))
  workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') })
})

test('every recorded history replays with the workflows of today', async () => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json'))
  expect(files.length).toBeGreaterThanOrEqual(10)
  const histories = await Promise.all(
    files.map(async (file) => {
      const history = historyFromJSON(JSON.parse(await readFile(`${folder}${file}`, 'utf8')))
      const workflowId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId
      if (!workflowId) throw new Error(`${file} does not say which workflow it is of`)
      return { workflowId, history }
    }),
  )
  const failed: string[] = []
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories))
    if (error !== undefined) failed.push(`${workflowId}: ${error.message}`)
  expect(failed).toEqual([])
})

import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from '@jest/globals'
import { defaultPayloadConverter } from '@temporalio/common'
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker'
import { finalStates } from '@berth/domain/vm-request.ts'
import type { Outcome } from '@berth/workflows/provision-vm.ts'
import { workflowSources } from './workflow-sources.ts'

const folder = fileURLToPath(new URL('../workflows/histories/', import.meta.url))
let workflowBundle: WorkflowBundle

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') })
  workflowBundle = await bundleWorkflowCode({ ...workflowSources, logger: new DefaultLogger('ERROR') })
})

async function recorded() {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.json'))
  return Promise.all(
    files.map(async (file) => {
      const history = historyFromJSON(JSON.parse(await readFile(`${folder}${file}`, 'utf8')))
      const workflowId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId
      if (!workflowId) throw new Error(`${file} does not say which workflow it is of`)
      return { workflowId, history }
    }),
  )
}

test('every recorded history replays with the workflows of today', async () => {
  const failed: string[] = []
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, await recorded()))
    if (error !== undefined) failed.push(`${workflowId}: ${error.message}`)
  expect(failed).toEqual([])
})

test('a life of every outcome is recorded', async () => {
  const outcomes = (await recorded()).flatMap(({ history }) => {
    const end = history.events?.at(-1)
    if (end?.workflowExecutionFailedEventAttributes) return ['failed']
    const result = end?.workflowExecutionCompletedEventAttributes?.result?.payloads?.[0]
    return result ? [defaultPayloadConverter.fromPayload<Outcome>(result).state] : []
  })
  expect([...new Set(outcomes)].toSorted()).toEqual([...finalStates].toSorted())
})

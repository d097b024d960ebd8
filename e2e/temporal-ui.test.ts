import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { testConfiguration } from '@berth/testing/config.ts'
import { openBrowser } from '@berth/testing/portal-driver.ts'
import { WorkflowPage } from '@berth/testing/temporal-ui-driver.ts'
import { destroyForeignVm, makeForeignVm } from '@berth/testing/hands-on-vcenter.ts'
import { invariantsHold } from './invariants-hold.ts'
import { requestIn } from './life-of.ts'
import { runningBerth, type RunningBerth } from './running-berth.ts'
import { newKeyPair } from './ssh-login.ts'

/** Not the site whose vCenter another journey kills. */
const site = 'demo'

let berth: RunningBerth
let browser: Browser

beforeAll(async () => {
  berth = await runningBerth()
  browser = await openBrowser(testConfiguration.chromiumBinary())
})

afterAll(async () => {
  await browser?.close()
  await berth?.close()
})

test('an operator decides about a held request in the Temporal UI: what it shows is pasted, sent, applied and audited', async () => {
  const developer = berth.as('developer')
  const name = `taken-${randomUUID().slice(0, 8)}`
  await makeForeignVm(berth.vcenter(site), name)
  const { body: request } = await developer.call('createVmRequest', {
    body: {
      catalogItemId: 'ubuntu-24-04',
      sizeId: 'small',
      leaseSeconds: 3_600,
      purpose: 'Decided by hand',
      sshPublicKeys: [newKeyPair('operator@laptop').publicKey],
      name,
    },
  })
  await requestIn(developer, request.id, 'held')
  await destroyForeignVm(berth.vcenter(site), name)

  const workflow = await WorkflowPage.open(browser, berth.run, site, request.id)
  const proposed = JSON.parse(await workflow.proposedUpdate()) as Record<string, unknown>
  expect(proposed).toMatchObject({ step: 'clone', attempt: 1, action: 'retry' })
  const decision = { ...proposed, id: randomUUID(), by: 'operator', reason: 'the other VM is gone' }
  const dialog = await workflow.fillInUpdate('operatorDecision', JSON.stringify(decision))
  await workflow.submit(dialog)

  await requestIn(developer, request.id, 'active')
  const { body: audit } = await berth.as('auditor').call('listVmRequestAudit', { params: { id: request.id } })
  expect(audit.items.find(({ event }) => event === 'operatorRetry')).toMatchObject({
    by: 'operator',
    reason: 'the other VM is gone',
  })
  await workflow.close()
})

test('the invariants hold at the end', async () => {
  await invariantsHold(berth)
})

import type { NoticeOrder } from '@berth/domain/notice.ts'
import type { FinalState } from '@berth/domain/vm-request.ts'
import { endOrder } from './build-vm.ts'
import type { Life } from './life.ts'
import { interrupted, performStep } from './perform-step.ts'
import { undoFor } from './undo.ts'

const toldAs: Partial<Record<FinalState, (life: Life) => NoticeOrder>> = {
  retired: (life) => ({
    event: 'vmRetired',
    audience: 'owner',
    grantNumber: life.facts.grant?.number ?? 0,
    stage: '0',
  }),
  cancelled: () => ({ event: 'requestCancelled', audience: 'owner', grantNumber: 0, stage: '0' }),
  failed: requestFailed,
}

/** Told each time that it is given up, also when it was tried again; being kept, and its end after that, are one time. */
export function requestFailed({ facts }: Life): NoticeOrder {
  const tries = facts.steps.filter(({ name }) => name !== 'destroy').map(({ attempt }) => attempt)
  return { event: 'requestFailed', audience: 'owner', grantNumber: 0, stage: String(Math.max(0, ...tries)) }
}

/** Destroyed and verified gone; only then are quota and name given back. */
export async function retireVm(life: Life): Promise<void> {
  const end = life.facts.retireTo ?? 'retired'
  const told = toldAs[end] === undefined ? [] : [toldAs[end](life)]
  if (undoFor(life.facts).length === 0) {
    await life.record({ event: end, change: { state: end }, notices: told })
    return
  }
  const destroyed = await performStep(life, 'destroy', () => life.site.destroyVm(endOrder(life)), {})
  if (destroyed === interrupted) return
  await life.record({
    event: end,
    change: { state: end, step: { name: 'destroy', state: 'done', attempt: destroyed.attempt } },
    notices: told,
  })
}

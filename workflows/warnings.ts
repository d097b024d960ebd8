import { ApplicationFailure, patched } from '@temporalio/workflow'
import { failureSentence } from '@berth/domain/failures.ts'
import { gateOpensAt, type WarningStage } from '@berth/domain/lease.ts'
import type { Instant } from '@berth/domain/instant.ts'
import type { NoticeOrder } from '@berth/domain/notice.ts'
import { lastWarning } from './activity-proxies.ts'
import { left, withFallback, type Handlers, type Life } from './life.ts'
import { interrupted, isBehind, performStep, type Interrupted } from './perform-step.ts'

const orderOf = ({ event, grantNumber, stage }: WarningStage): NoticeOrder => ({
  event,
  grantNumber,
  stage,
  audience: 'owner',
})

const sameStage = (a: Pick<WarningStage, 'event' | 'grantNumber' | 'stage'>, b: typeof a): boolean =>
  a.event === b.event && a.grantNumber === b.grantNumber && a.stage === b.stage

/** Sends the newest stage that has come due, once; answers when the next one is due, if any is left. */
export function warnInTime(life: Life, stages: readonly WarningStage[]): Instant | undefined {
  const due = dueStage(life, stages)
  if (due !== undefined) {
    life.warned.add(keyOf(due))
    void life.tell([orderOf(due)]).then((deliveries) => noteDeliveries(life, due, deliveries))
  }
  return stages.find(({ at }) => at > life.now)?.at
}

/** The same before anything else happens, if that takes a moment only: a third of the events that an activity costs. */
export async function warnAtOnce(life: Life, stages: readonly WarningStage[]): Promise<void> {
  const due = dueStage(life, stages)
  if (due === undefined) return
  const deliveries = await life.tellAtOnce([orderOf(due)])
  if (deliveries === undefined) return
  life.warned.add(keyOf(due))
  noteDeliveries(life, due, deliveries)
}

function dueStage(life: Life, stages: readonly WarningStage[]): WarningStage | undefined {
  const due = stages.filter(({ at }) => at <= life.now).at(-1)
  if (due === undefined || life.warned.has(keyOf(due))) return undefined
  return life.facts.warnings.some((known) => sameStage(known, due)) ? undefined : due
}

/**
 * No warning, no powering off, no destroying: waits until a delivered warning of this grant is old enough. If none was
 * delivered it is tried once more, and then an operator is asked. True when the act may happen now.
 */
export async function mayAct(
  life: Life,
  stages: readonly WarningStage[],
  dueAt: Instant,
  neededSeconds: number,
  handlers: Handlers,
): Promise<boolean> {
  const last = stages.at(-1)
  if (last === undefined) throw new Error('an act without a warning stage')
  let deliveredAt = earliestDelivery(life, stages)
  if (deliveredAt === undefined) {
    for (const { order, deliveredAt: at } of await withFallback((records) =>
      records.deliveredWarnings(life.request.requestId, stages.map(orderOf)),
    ))
      noteDelivery(life, { ...last, stage: order.stage }, at)
    deliveredAt = earliestDelivery(life, stages)
  }
  if (deliveredAt === undefined) {
    const order = orderOf(last)
    const tried = await performStep(
      life,
      'warn',
      () => warnNow(life, order),
      handlers,
      () => reached(life, order),
    )
    if (tried === interrupted) return false
    noteDeliveries(life, last, tried.result)
    await life.record({ event: 'warned', change: { step: { name: 'warn', state: 'done', attempt: tried.attempt } } })
    deliveredAt = earliestDelivery(life, stages)
    if (deliveredAt === undefined) throw new Error('warned without a delivery')
  }
  const opensAt = gateOpensAt(dueAt, deliveredAt, neededSeconds)
  return (await life.waitUntil(opensAt, handlers)) !== left
}

/**
 * A VM that somebody else gave back is destroyed only after its owner was told, or an operator says how. Answers when that
 * was, if there was need of it; a letter may come first.
 */
export async function ownerTold(
  life: Life,
  order: NoticeOrder,
  handlers: Handlers,
): Promise<Instant | 'needless' | Interrupted> {
  const { releasedBy } = life.facts
  if (releasedBy === life.request.specification.ownerId) return 'needless'
  // A warning of the lease's end says nothing of a release after it.
  if (isBehind(life, 'warn') && !patched('release-is-told-apart')) return 'needless'
  const before = await reached(life, order)
  if (before !== undefined) return earliest(before)
  const tried = await performStep(
    life,
    'warn',
    () => warnNow(life, order),
    handlers,
    () => reached(life, order),
  )
  if (tried === interrupted) return interrupted
  await life.record({ event: 'warned', change: { step: { name: 'warn', state: 'done', attempt: tried.attempt } } })
  return earliest(tried.result)
}

const earliest = (deliveries: { deliveredAt: Instant }[]): Instant => {
  const [first] = deliveries.map(({ deliveredAt }) => deliveredAt).sort()
  if (first === undefined) throw new Error('told without a delivery')
  return first
}

/** The last try before an operator is asked. No recipient at all is a failure. */
async function warnNow(life: Life, order: NoticeOrder): Promise<{ deliveredAt: Instant }[]> {
  const delivered = await lastWarning.deliverNotices(life.request.requestId, [order])
  if (delivered.length === 0)
    throw ApplicationFailure.nonRetryable(
      failureSentence('warningUndeliverable', 'neither the owner nor the team has an address'),
      'warningUndeliverable',
    )
  return delivered
}

/** One recipient is enough; undefined when there was none. */
async function reached(life: Life, order: NoticeOrder): Promise<{ deliveredAt: Instant }[] | undefined> {
  const deliveries = await withFallback((records) => records.deliveredWarnings(life.request.requestId, [order]))
  return deliveries.length > 0 ? deliveries : undefined
}

function earliestDelivery(life: Life, stages: readonly WarningStage[]): Instant | undefined {
  return life.facts.warnings
    .filter((warning) =>
      stages.some(({ event, grantNumber }) => event === warning.event && grantNumber === warning.grantNumber),
    )
    .map(({ deliveredAt }) => deliveredAt)
    .sort()[0]
}

function noteDeliveries(life: Life, stage: WarningStage, deliveries: { deliveredAt: Instant }[]): void {
  for (const { deliveredAt } of deliveries) noteDelivery(life, stage, deliveredAt)
}

function noteDelivery(life: Life, { event, grantNumber, stage }: WarningStage, deliveredAt: Instant): void {
  if (life.facts.warnings.some((known) => sameStage(known, { event, grantNumber, stage }))) return
  life.learn({ warnings: [...life.facts.warnings, { event, grantNumber, stage, deliveredAt }] })
}

const keyOf = ({ event, grantNumber, stage }: WarningStage): string => `${event}/${grantNumber}/${stage}`

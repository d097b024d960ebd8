import type { Receipt } from '@berth/domain/agents.ts'
import { shareNow, type CloneBounds } from '@berth/domain/clone-bounds.ts'
import { instantOf } from '@berth/domain/instant.ts'
import { seenSite, type QueueAnswer } from '@berth/domain/temporal-answers.ts'
import type { AskQueue } from './ask-queue.ts'

export interface CloneShare {
  readonly bounds: CloneBounds
  /** What this agent may have in flight, after a look at who else serves the queue, unless the last one was a moment ago. */
  now(askQueue: AskQueue): Promise<CloneBounds>
}

const looksEveryMilliseconds = 5_000
const otherQueue: QueueAnswer = { pollers: [], workersInfo: [] }

/**
 * The part of its site's clones that falls to one agent. What the others have in flight counts as well, so that one that
 * joins them waits until they have come down to their share. While Temporal does not answer, the last share stands: an
 * agent that nobody hears of is given no new clones either.
 */
export function createCloneShare(
  bounds: CloneBounds,
  identity: string,
  { onLook, onFailure }: { onLook(share: CloneBounds): void; onFailure(error: unknown): void },
): CloneShare {
  const receipts = new Map<string, Receipt>()
  let share = bounds
  let isKnown = true
  let look: { at: number; done: Promise<void> } | undefined

  function see(clones: QueueAnswer): CloneBounds {
    const { agents } = seenSite({ clones, others: otherQueue }, receipts, instantOf(Date.now()), 'trustItsPolls')
    const others = agents.filter((agent) => agent.identity !== identity)
    const living = others.filter(({ alive }) => alive).map((agent) => agent.identity)
    const usedByOthers = others.reduce((sum, { slots }) => sum + (slots?.clones.used ?? 0), 0)
    return shareNow(bounds, { living: [identity, ...living], usedByOthers }, identity)
  }

  return {
    bounds,

    async now(askQueue) {
      const at = performance.now()
      if (look === undefined || at - look.at >= looksEveryMilliseconds) {
        const done = askQueue().then(
          (answer) => {
            isKnown = true
            onLook((share = see(answer)))
          },
          (error: unknown) => {
            if (isKnown) onFailure(error)
            isKnown = false
          },
        )
        look = { at, done }
      }
      await look.done
      return share
    },
  }
}

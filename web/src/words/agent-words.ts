import type { Site } from '@berth/contract/site.ts'
import { lengthWords } from '../time/words.ts'
import { stepWords } from './step-words.ts'
import { unbroken } from './unbroken.ts'

type Agent = Site['agents'][number]

/** "clones 3 of 8, other work 12 of 2000" */
export function slotWords({ slots }: Agent): string | undefined {
  if (slots === null) return undefined
  const of = ({ used, free }: { used: number; free: number }) => `${used} of ${used + free}`
  return `clones ${of(slots.clones)}, other work ${of(slots.others)}`
}

/** Only what is wrong: a clock in step is no news. */
export function clockWords({ clockSkewSeconds: skew }: Agent): string | undefined {
  if (skew === null || skew === 0) return undefined
  return `its clock is ${lengthWords(Math.abs(skew))} ${skew > 0 ? 'ahead' : 'behind'}`
}

/** "Clone 3, Address 12", or that nothing is done. */
export const workWords = (work: Site['work']): string =>
  work.length === 0
    ? 'Nothing under way'
    : work.map(({ step, requests }) => unbroken(`${stepWords[step].name} ${requests}`)).join(', ')

/** "7 wait, 5 of them clones" */
export function backlogWords({ backlog, clonesQueued }: Pick<Site, 'backlog' | 'clonesQueued'>): string | undefined {
  if (backlog === 0) return undefined
  const clones =
    clonesQueued === 0 ? '' : clonesQueued === backlog ? ', all clones' : `, ${clonesQueued} of them clones`
  return `${backlog} ${backlog === 1 ? 'waits' : 'wait'}${backlog === 1 && clonesQueued === 1 ? ', a clone' : clones}`
}

import type { Instant } from '@berth/domain/instant.ts'
import { useNow } from './use-now.ts'
import { exactWords, relativeWords, shortWords } from './words.ts'

/** A point in time: relative in the text, the absolute on hover and for screen readers. */
export function Moment({ at, as = 'relative' }: { at: Instant; as?: 'relative' | 'short' }) {
  const now = useNow()
  const words = as === 'relative' ? relativeWords(at, now) : shortWords(at, now)
  const exact = exactWords(at)
  return (
    <time dateTime={at} title={exact}>
      {words}
      <span className="pf-v6-screen-reader">, {exact}</span>
    </time>
  )
}

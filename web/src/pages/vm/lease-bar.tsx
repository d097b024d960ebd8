import type { VmRequest } from '@berth/contract/vm-request.ts'
import { useNow } from '../../time/use-now.ts'
import { exactWords, relativeWords, shortWords } from '../../time/words.ts'
import { leaseLine, markWords } from '../../words/lease-line.ts'

/** Hand-over, warnings, end and destruction on one line, with now. */
export function LeaseBar({ request }: { request: VmRequest }) {
  const now = useNow()
  const line = leaseLine(request, now)
  if (line === undefined) return null
  const warnings = line.marks.filter(({ kind }) => kind === 'warning')
  return (
    <div className="lease">
      <div className="lease-bar" aria-hidden="true">
        <span className="lease-bar-lease" style={{ inlineSize: `${line.end}%` }} />
        <span className="lease-bar-gone" style={{ inlineSize: `${line.now}%` }} />
        {warnings.map(({ at, position, isDone }) => (
          <span
            key={at}
            className={isDone ? 'lease-bar-warning lease-bar-warned' : 'lease-bar-warning'}
            style={{ insetInlineStart: `${position}%` }}
            title={`Warning, ${shortWords(at, now)}${isDone ? ', sent' : ''}`}
          />
        ))}
        <span className="lease-bar-now" style={{ insetInlineStart: `${line.now}%` }} />
      </div>
      <dl
        className={isLate(line.end) ? 'lease-marks lease-marks-late' : 'lease-marks'}
        style={{ gridTemplateColumns: columnsAt(line.end) }}
      >
        {line.marks.map(({ kind, at }) =>
          kind === 'warning' ? null : (
            <div key={kind}>
              <dt className="subtle small">{markWords(kind, at, request, now)}</dt>
              <dd title={exactWords(at)}>
                {shortWords(at, now)}
                <span className="subtle small block">{relativeWords(at, now)}</span>
              </dd>
            </div>
          ),
        )}
      </dl>
      {warnings.length > 0 && (
        <p className="subtle small">
          Warnings: {warnings.map(({ at, isDone }) => `${shortWords(at, now)}${isDone ? ' (sent)' : ''}`).join(' · ')}
        </p>
      )}
    </div>
  )
}

/** Where the end lies in the right half, its words end at its point; else they begin there. */
const isLate = (end: number): boolean => end > 50

const columnsAt = (end: number): string => {
  const [before, after] = isLate(end) ? [`${end / 2}%`, `${end / 2}%`] : [`${end}%`, 'max-content']
  return `minmax(max-content, ${before}) minmax(max-content, ${after}) minmax(max-content, 1fr)`
}

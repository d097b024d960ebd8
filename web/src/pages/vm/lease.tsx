import type { VmRequest } from '@berth/contract/vm-request.ts'
import { Button } from '@patternfly/react-core'
import { useRef, useState } from 'react'
import { Section } from '../../parts/section.tsx'
import { useNow } from '../../time/use-now.ts'
import { exactWords, relativeWords, shortWords } from '../../time/words.ts'
import { leaseLine, type LeaseMark } from '../../words/lease-line.ts'
import { ExtendPanel } from './extend-panel.tsx'

/** How long it is yours: the line of the lease, and the way to make it longer. */
export function Lease({ request }: { request: VmRequest }) {
  const [isExtending, setExtending] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  if (request.handedOverAt === undefined || request.leaseEndsAt === undefined) return null
  const mayExtend = request.actions.includes('extendLease')
  const close = () => {
    setExtending(false)
    requestAnimationFrame(() => opener.current?.focus())
  }
  return (
    <Section
      title="Lease"
      className="vm-lease"
      aside={
        mayExtend && (
          <Button
            ref={opener}
            variant="secondary"
            aria-expanded={isExtending}
            onClick={() => setExtending(!isExtending)}
          >
            Extend
          </Button>
        )
      }
    >
      {mayExtend && isExtending && <ExtendPanel request={request} onClose={close} />}
      <LeaseBar request={request} />
    </Section>
  )
}

const markWords: Record<Exclude<LeaseMark['kind'], 'warning'>, { past: string; future: string }> = {
  handOver: { past: 'Handed over', future: 'Hand-over' },
  end: { past: 'Ended', future: 'Ends' },
  destruction: { past: 'Destroyed', future: 'Destroyed' },
}

function LeaseBar({ request }: { request: VmRequest }) {
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
      <dl className="lease-marks">
        {line.marks.map(({ kind, at }) =>
          kind === 'warning' ? null : (
            <div key={kind}>
              <dt className="subtle small">{markWords[kind][at <= now ? 'past' : 'future']}</dt>
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

import type { VmRequest } from '@berth/contract/vm-request.ts'
import { Button } from '@patternfly/react-core'
import { useEffect, useRef } from 'react'
import { Refusal } from '../../parts/refusal.tsx'
import { useNow } from '../../time/use-now.ts'
import { shortWords } from '../../time/words.ts'
import { capWords, extensionChoices, extensionsLeft, whyNotExtended } from '../../words/lease-choices.ts'

interface Props {
  request: VmRequest
  /** The extension under way, or the last one that was refused. */
  act: { isPending: boolean; variables: { leaseSeconds: number } | undefined; error: unknown }
  onExtend: (leaseSeconds: number) => void
  onClose: () => void
}

/** The choices with the dates they come to. */
export function ExtendPanel({ request, act, onExtend, onClose }: Props) {
  const first = useRef<HTMLDivElement>(null)
  const now = useNow()
  const choices = extensionChoices(request, now)
  useEffect(() => first.current?.querySelector('button')?.focus(), [])
  return (
    <div className="panel stack stack-close" onKeyDown={(event) => event.key === 'Escape' && onClose()}>
      <p>{choices.length > 0 ? termsWords(request) : `${whyNotExtended(request, now)}.`}</p>
      <div className="choices" ref={first} role="group" aria-label="Extend by">
        {choices.map(({ seconds, words, endsAt, cappedBy }) => (
          <Button
            key={seconds}
            variant="secondary"
            className="choice"
            isAriaDisabled={act.isPending}
            isLoading={act.isPending && act.variables?.leaseSeconds === seconds}
            spinnerAriaLabel="Extending"
            onClick={() => onExtend(seconds)}
          >
            <span className="block strong">{cappedBy === null ? words : 'As long as possible'}</span>
            <span className="block small">until {shortWords(endsAt, now)}</span>
            {cappedBy !== null && <span className="block small">{capWords[cappedBy]}</span>}
          </Button>
        ))}
      </div>
      <Refusal error={act.error} />
      <div>
        <Button variant="link" isInline onClick={onClose}>
          Close
        </Button>
      </div>
    </div>
  )
}

function termsWords(request: VmRequest): string {
  const { lease, state } = request
  const power = state === 'expired' ? 'The VM is powered on again. ' : ''
  return `${power}${extensionsLeft(request)} of ${lease.freeExtensions} extensions left without a new approval.`
}

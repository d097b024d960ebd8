import type { VmRequest } from '@berth/contract/vm-request.ts'
import { Button } from '@patternfly/react-core'
import { useEffect, useRef, useState } from 'react'
import { Message } from '../../parts/message.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { useAct, type ActAnswer } from '../../server/use-act.ts'
import { announce } from '../../shell/announcements.tsx'
import { useNow } from '../../time/use-now.ts'
import { absoluteWords, shortWords } from '../../time/words.ts'
import { capWords, extensionChoices } from '../../words/lease-choices.ts'

/** The choices with the dates they come to; after one is taken, what was granted. */
export function ExtendPanel({ request, onClose }: { request: VmRequest; onClose: () => void }) {
  const [granted, setGranted] = useState<string>()
  const { mutate, isPending, variables, error } = useAct('extendLease', request.id)
  const first = useRef<HTMLDivElement>(null)
  const now = useNow()
  const choices = extensionChoices(request, now)
  useEffect(() => first.current?.querySelector('button')?.focus(), [])

  const extend = (leaseSeconds: number) =>
    mutate(
      { leaseSeconds },
      {
        onSuccess: (answer) => {
          const words = grantedWords(answer)
          setGranted(words)
          announce(words)
        },
      },
    )
  return (
    <div className="panel stack stack-close" onKeyDown={(event) => event.key === 'Escape' && onClose()}>
      <p>{termsWords(request)}</p>
      <div className="choices" ref={first} role="group" aria-label="Extend by">
        {choices.map(({ seconds, words, endsAt, cappedBy }) => (
          <Button
            key={seconds}
            variant="secondary"
            className="choice"
            isDisabled={isPending}
            isLoading={isPending && variables?.leaseSeconds === seconds}
            spinnerAriaLabel="Extending"
            onClick={() => extend(seconds)}
          >
            <span className="block strong">{cappedBy === null ? words : 'As long as possible'}</span>
            <span className="block small">until {shortWords(endsAt, now)}</span>
            {cappedBy !== null && <span className="block small">{capWords[cappedBy]}</span>}
          </Button>
        ))}
      </div>
      {choices.length === 0 && <p>The lease is already as long as your policy allows.</p>}
      {granted !== undefined && <Message kind="done" title={granted} />}
      <Refusal error={error} />
      <div>
        <Button variant="link" isInline onClick={onClose}>
          Close
        </Button>
      </div>
    </div>
  )
}

function grantedWords(answer: ActAnswer): string {
  if (!('cappedBy' in answer)) return 'The extension was taken; the new end shows here in a moment'
  const { leaseEndsAt, cappedBy } = answer
  return `Granted until ${absoluteWords(leaseEndsAt)}${cappedBy === null ? '' : ` (${capWords[cappedBy]})`}`
}

function termsWords({ lease, state }: VmRequest): string {
  const left = lease.freeExtensions - lease.extensionsUsed
  const power = state === 'expired' ? 'The VM is powered on again. ' : ''
  if (left <= 0) return `${power}All ${lease.freeExtensions} free extensions are used; a further one needs an approval.`
  return `${power}${left} of ${lease.freeExtensions} extensions left without a new approval.`
}

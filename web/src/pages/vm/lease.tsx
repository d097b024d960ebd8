import type { VmRequest } from '@berth/contract/vm-request.ts'
import { Button } from '@patternfly/react-core'
import { useRef, useState, type RefObject } from 'react'
import { Message } from '../../parts/message.tsx'
import { handedOverWords } from '../../parts/outcome.tsx'
import { Section } from '../../parts/section.tsx'
import { requestIn, useAct, type ActAnswer } from '../../server/use-act.ts'
import { announce } from '../../shell/announcements.tsx'
import { useNow } from '../../time/use-now.ts'
import { absoluteWords } from '../../time/words.ts'
import { capWords, extensionChoices, whyNotExtended } from '../../words/lease-choices.ts'
import { ExtendPanel } from './extend-panel.tsx'
import { LeaseBar } from './lease-bar.tsx'

/** How long it is yours: the line of the lease, and the way to make it longer. */
export function Lease({ request }: { request: VmRequest }) {
  const [isExtending, setExtending] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  const act = useAct('extendLease', request)
  if (request.handedOverAt === undefined || request.leaseEndsAt === undefined) return null
  const mayExtend = request.actions.includes('extendLease')
  const toggle = () => {
    if (!isExtending) act.reset()
    setExtending(!isExtending)
  }
  const close = () => {
    setExtending(false)
    requestAnimationFrame(() => opener.current?.focus())
  }
  const extend = (leaseSeconds: number) =>
    act.mutate(
      { leaseSeconds },
      {
        onSuccess: (answer) => {
          setExtending(false)
          announce(grantedWords(answer) ?? handedOverWords)
        },
      },
    )
  const isNews = mayExtend && act.data !== undefined && requestIn(act.data).leaseEndsAt === request.leaseEndsAt
  const granted = isNews ? grantedWords(act.data) : undefined
  return (
    <Section
      title="Lease"
      className="vm-lease"
      aside={mayExtend && <ExtendButton request={request} opener={opener} isOpen={isExtending} onToggle={toggle} />}
    >
      {mayExtend && isExtending && <ExtendPanel request={request} act={act} onExtend={extend} onClose={close} />}
      {granted !== undefined && <Message kind="done" title={granted} />}
      {act.isHandedOver && <Message kind="note" title={handedOverWords} />}
      <LeaseBar request={request} />
    </Section>
  )
}

interface ExtendButtonProps {
  request: VmRequest
  opener: RefObject<HTMLButtonElement | null>
  isOpen: boolean
  onToggle: () => void
}

/** Opens the choices; where there are none it says why. */
function ExtendButton({ request, opener, isOpen, onToggle }: ExtendButtonProps) {
  const now = useNow()
  if (!isOpen && extensionChoices(request, now).length === 0)
    return <span className="subtle small">{whyNotExtended(request, now)}</span>
  return (
    <Button ref={opener} variant="secondary" aria-expanded={isOpen} onClick={onToggle}>
      Extend
    </Button>
  )
}

function grantedWords({ body }: ActAnswer): string | undefined {
  if (!('cappedBy' in body)) return undefined
  const { leaseEndsAt, cappedBy } = body
  return `Granted until ${absoluteWords(leaseEndsAt)}${cappedBy === null ? '' : ` (${capWords[cappedBy]})`}`
}

import type { ApprovalItem } from '@berth/contract/approval-list.ts'
import {
  Button,
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
} from '@patternfly/react-core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, type ReactNode } from 'react'
import { Confirm } from '../../parts/confirm.tsx'
import { Message } from '../../parts/message.tsx'
import { handedOverWords } from '../../parts/outcome.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Section } from '../../parts/section.tsx'
import { usePerson } from '../../person.ts'
import { routes } from '../../paths.ts'
import { vmRequest } from '../../server/queries.ts'
import { requestIn, useAct, type ActAnswer } from '../../server/use-act.ts'
import { Moment } from '../../time/moment.tsx'
import { lengthWords } from '../../time/words.ts'
import { QuotaBars } from '../../vm-request/quota-bars.tsx'
import { decidedWords, decidersWords } from '../../words/decided-words.ts'
import { earlierWords } from '../../words/earlier-words.ts'
import { sizeWords } from '../../words/size-words.ts'

interface Props {
  item: ApprovalItem
  /** It still waits for this person. */
  isOpen: boolean
  /** It follows a decision, whose button took the focus away with it. */
  takesFocus: boolean
  onDecided: (words: string) => void
}

/** All that one needs to know to decide, and the two answers. */
export function DecisionPane({ item, isOpen, takesFocus, onDecided }: Props) {
  const pane = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (takesFocus) pane.current?.focus()
    // Only when it appears: later it would pull the focus away from what the person does.
  }, [])
  const { request, approval, quota, ownersRequests, lapsesAt } = item
  return (
    <div className="panel" ref={pane} tabIndex={-1}>
      <Section
        title={request.vmName}
        aside={
          <Link to={routes.vm} params={{ requestId: request.id }}>
            Open the request
          </Link>
        }
      >
        <blockquote className="purpose wrap">{request.purpose}</blockquote>
        <DescriptionList isHorizontal isCompact horizontalTermWidthModifier={{ default: '12ch' }}>
          <Fact term="Asked by">
            {request.ownerName}, {request.teamName} · <Moment at={request.requestedAt} />
          </Fact>
          <Fact term="For">
            {request.catalogItemName}, {request.sizeId}: {sizeWords(request)}
          </Fact>
          <Fact term="Lease">
            {lengthWords(request.leaseSeconds)}
            {approval.subject === 'extension' && ' (extension)'}
          </Fact>
          <Fact term="Why you">
            {request.approvalReason}; {decidersWords(approval, usePerson().userId)} can decide
          </Fact>
          <Fact term="Before">{earlierWords(ownersRequests)}</Fact>
          {lapsesAt !== undefined && (
            <Fact term="Lapses">
              <Moment at={lapsesAt} /> if nobody decides
            </Fact>
          )}
        </DescriptionList>
        <div className="quota-place">
          <p className="strong">Quota of {request.teamName} without and with it</p>
          <QuotaBars lines={quota} />
        </div>
        {isOpen ? <Answers item={item} onDecided={onDecided} /> : <Overtaken item={item} />}
      </Section>
    </div>
  )
}

function Answers({
  item: { request, approval },
  onDecided,
}: {
  item: ApprovalItem
  onDecided: (words: string) => void
}) {
  const { mutate, isPending, error } = useAct('decideApproval', request)
  const decide = (decision: 'approved' | 'declined', reason?: string) =>
    mutate(
      { decision, approvalId: approval.id, ...(reason === undefined ? {} : { reason }) },
      { onSuccess: (answer) => onDecided(outcomeWords(decision, answer)) },
    )
  return (
    <div className="stack stack-close">
      <p className="subtle small">
        Approving starts the build at once. Neither answer can be taken back.
        <span className="wide-only"> Keys: A approves, D declines.</span>
      </p>
      <div className="line line-top">
        <Button
          aria-keyshortcuts="A"
          isAriaDisabled={isPending}
          isLoading={isPending}
          spinnerAriaLabel="Deciding"
          onClick={() => decide('approved')}
        >
          Approve
        </Button>
        <Confirm
          action="Decline"
          shortcut="D"
          consequence={`The request ends, and ${request.ownerName} reads your reason.`}
          reason={{ required: 'Reason' }}
          isDangerous
          isPending={isPending}
          onConfirm={(reason) => decide('declined', reason)}
        />
      </div>
      <Refusal error={error} />
    </div>
  )
}

/** Somebody else was faster: what the person reads stays, and the buttons go. */
function Overtaken({ item: { request, approval } }: Pick<Props, 'item'>) {
  const { data } = useQuery(vmRequest(request.id))
  return <Message kind="note" title={decidedWords(data, approval.id)} live />
}

function outcomeWords(decision: 'approved' | 'declined', answer: ActAnswer): string {
  const { vmName, ownerName, state } = requestIn(answer)
  const said = decision === 'approved' ? 'Approved' : 'Declined'
  if (answer.status === 202) return `${said}: ${vmName}. ${handedOverWords}`
  if (decision === 'declined') return `Declined: ${ownerName} is told why`
  if (state === 'awaitingApproval') return `Approved: ${vmName} still waits for somebody else`
  return `Approved: ${vmName} is being built for ${ownerName}`
}

const Fact = ({ term, children }: { term: string; children: ReactNode }) => (
  <DescriptionListGroup>
    <DescriptionListTerm>{term}</DescriptionListTerm>
    <DescriptionListDescription className="wrap">{children}</DescriptionListDescription>
  </DescriptionListGroup>
)

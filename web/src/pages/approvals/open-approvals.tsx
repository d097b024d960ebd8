import type { ApprovalItem } from '@berth/contract/approval-list.ts'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Message } from '../../parts/message.tsx'
import { NothingHere } from '../../parts/nothing-here.tsx'
import { ContentSkeleton } from '../../parts/page-skeleton.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { routes } from '../../paths.ts'
import { openApprovals } from '../../server/queries.ts'
import { announce } from '../../shell/announcements.tsx'
import { Moment } from '../../time/moment.tsx'
import { DecisionPane } from './decision-pane.tsx'
import { sizeWords } from '../../words/size-words.ts'

interface Decided {
  item: ApprovalItem
  words: string
}

interface Props {
  /** Id of the chosen request. */
  chosen: string | undefined
  onChoose: (requestId: string) => void
}

/** What waits on the left, the chosen one on the right; once it is decided the next one follows. */
export function OpenApprovals({ chosen, onChoose }: Props) {
  const { data, error, refetch } = useQuery(openApprovals)
  const [decided, setDecided] = useState<Decided>()
  /** What is shown came after a decision, and was not chosen. */
  const [isFollowing, setFollowing] = useState(false)
  /** What the person reads stays until they choose or decide, whoever is faster. */
  const [last, setLast] = useState<ApprovalItem>()
  if (data === undefined)
    return error === null ? <ContentSkeleton /> : <Trouble error={error} onRetry={() => void refetch()} />

  const items = data.items.filter(({ approval }) => approval.id !== decided?.item.approval.id)
  const shown = shownOf(items, chosen, last?.approval.id === decided?.item.approval.id ? undefined : last)
  if (shown !== last) setLast(shown)
  const isMissed = chosen !== undefined && ![shown, decided?.item].some((item) => item?.request.id === chosen)
  const follow = (item: ApprovalItem, words: string) => {
    setDecided({ item, words })
    setFollowing(true)
    announce(words)
    const next = items[items.indexOf(item) + 1] ?? items[items.indexOf(item) - 1]
    if (next !== undefined) onChoose(next.request.id)
  }
  const choose = (item: ApprovalItem) => {
    setFollowing(false)
    onChoose(item.request.id)
  }
  return (
    <div className="stack">
      {decided !== undefined && (
        <Message
          kind="done"
          title={decided.words}
          actions={
            <Link to={routes.vm} params={{ requestId: decided.item.request.id }}>
              Open {decided.item.request.vmName}
            </Link>
          }
        />
      )}
      {isMissed && (
        <Message
          kind="note"
          title="The request that you came for no longer waits for you"
          actions={
            <Link to={routes.vm} params={{ requestId: chosen }}>
              See what became of it
            </Link>
          }
        />
      )}
      {items.length === 0 && <NothingHere words="Nothing waits for you. New requests appear here by themselves." />}
      {shown !== undefined && (
        <div className="approval-columns">
          <ul className="pick-list" aria-label="Requests that wait for you">
            {items.map((item) => (
              <li key={item.approval.id}>
                <PickButton item={item} isChosen={item === shown} onChoose={() => choose(item)} />
              </li>
            ))}
          </ul>
          <DecisionPane
            key={shown.approval.id}
            item={shown}
            isOpen={items.includes(shown)}
            takesFocus={isFollowing}
            onDecided={(words) => follow(shown, words)}
          />
        </div>
      )}
    </div>
  )
}

function shownOf(
  items: ApprovalItem[],
  chosen: string | undefined,
  last: ApprovalItem | undefined,
): ApprovalItem | undefined {
  const isLastMeant = last !== undefined && (chosen ?? last.request.id) === last.request.id
  const asItIsNow = items.find(({ request }) => request.id === (chosen ?? last?.request.id))
  return asItIsNow ?? (isLastMeant ? last : items[0])
}

function PickButton({ item, isChosen, onChoose }: { item: ApprovalItem; isChosen: boolean; onChoose: () => void }) {
  const { request, approval } = item
  return (
    <button
      type="button"
      className={isChosen ? 'pick pick-chosen' : 'pick'}
      aria-current={isChosen ? 'true' : undefined}
      onClick={onChoose}
    >
      <span className="block strong wrap">{request.vmName}</span>
      <span className="block wrap">
        {request.ownerName}
        {approval.subject === 'extension' && ' · extension'}
      </span>
      <span className="block subtle small">
        {sizeWords(request)} · <Moment at={approval.openedAt ?? request.requestedAt} />
      </span>
    </button>
  )
}

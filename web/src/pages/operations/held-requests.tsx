import type { VmRequest } from '@berth/contract/vm-request.ts'
import { Button } from '@patternfly/react-core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useId } from 'react'
import { ContentSkeleton } from '../../parts/page-skeleton.tsx'
import { Section } from '../../parts/section.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { routes } from '../../paths.ts'
import { isOperator, usePerson } from '../../person.ts'
import { heldRequests, holdGroups } from '../../server/queries.ts'
import { Moment } from '../../time/moment.tsx'
import { OperatorDecision } from '../../vm-request/operator-decision.tsx'
import { heldGroups, type HeldGroup } from '../../words/held-groups.ts'
import { stepWords } from '../../words/step-words.ts'
import { RetryAll } from './retry-all.tsx'

/** What waits for an operator, by cause. */
export function HeldRequests() {
  const { data, error, refetch, hasNextPage, fetchNextPage } = useInfiniteQuery(heldRequests)
  const counted = useQuery(holdGroups).data?.items
  const groups = heldGroups(data?.pages.flatMap(({ items }) => items) ?? [], counted)
  return (
    <Section title="Held">
      {data === undefined && error !== null && <Trouble error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <ContentSkeleton />}
      {data !== undefined && groups.length === 0 && <p className="subtle">Nothing is held.</p>}
      {data !== undefined && groups.map((group) => <Group key={group.key} group={group} />)}
      {hasNextPage && (
        <div>
          <Button variant="secondary" onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </Section>
  )
}

function Group({ group }: { group: HeldGroup }) {
  const { cause, words, since, retryable, requests } = group
  const count = Math.max(retryable, requests.length)
  const operates = isOperator(usePerson())
  const id = useId()
  return (
    <section className="panel stack stack-close" aria-labelledby={id}>
      <h3 id={id} className="strong wrap">
        {words} — {count} {count === 1 ? 'request' : 'requests'} at {cause.siteId}, step “{stepWords[cause.step].name}”
        {since !== undefined && (
          <span className="subtle">
            , since <Moment at={since} as="short" />
          </span>
        )}
      </h3>
      {operates && retryable > 1 && <RetryAll cause={cause} retryable={retryable} />}
      <ul className="held-list">
        {requests.map((request) => (
          <li key={request.id}>
            <Held request={request} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Held({ request }: { request: VmRequest }) {
  const { hold, vmName, ownerName, teamName } = request
  if (hold === undefined) return null
  return (
    <article className="stack stack-close" aria-label={vmName}>
      <div>
        <span className="line">
          <Link to={routes.vm} params={{ requestId: request.id }} className="wrap strong">
            {vmName}
          </Link>
          <span className="subtle small">
            {ownerName}, {teamName} · attempt {hold.attempt}
          </span>
        </span>
        <p className="wrap">{hold.message}</p>
      </div>
      <OperatorDecision request={request} />
    </article>
  )
}

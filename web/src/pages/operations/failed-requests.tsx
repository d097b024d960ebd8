import { Skeleton } from '@patternfly/react-core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Trouble } from '../../parts/trouble.tsx'
import { routes } from '../../paths.ts'
import { failedRequests } from '../../server/queries.ts'
import { Moment } from '../../time/moment.tsx'
import { TryAgain } from '../../vm-request/try-again.tsx'

const shown = 20

/** What was given up lately, and another try. */
export function FailedRequests() {
  const { data, error, refetch } = useInfiniteQuery(failedRequests)
  if (data === undefined)
    return error === null ? (
      <Skeleton height="4rem" screenreaderText="Loading" />
    ) : (
      <Trouble error={error} onRetry={() => void refetch()} />
    )
  const failed = data.pages.flatMap(({ items }) => items).filter(({ state }) => state === 'failed')
  if (failed.length === 0) return <p className="subtle">No request has failed.</p>
  return (
    <ul className="held-list">
      {failed.slice(0, shown).map((request) => (
        <li key={request.id}>
          <article className="stack stack-close" aria-label={request.vmName}>
            <div>
              <span className="line">
                <Link to={routes.vm} params={{ requestId: request.id }} className="wrap strong">
                  {request.vmName}
                </Link>
                <span className="subtle small">
                  {request.ownerName}, {request.teamName}
                  {request.endedAt !== undefined && (
                    <>
                      {' '}
                      · <Moment at={request.endedAt} as="short" />
                    </>
                  )}
                </span>
              </span>
              <p className="wrap">{request.reasons.join('; ')}</p>
            </div>
            <TryAgain request={request} />
          </article>
        </li>
      ))}
    </ul>
  )
}

import { Skeleton } from '@patternfly/react-core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Cell, Row, Table } from '../../parts/table.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { routes } from '../../paths.ts'
import { waitingRequests } from '../../server/queries.ts'
import { Moment } from '../../time/moment.tsx'
import { StateBadge } from '../../vm-request/state-badge.tsx'

/** What is stuck without being held, why, and what would end it. */
export function WaitingRequests() {
  const { data, error, refetch } = useQuery(waitingRequests)
  if (data === undefined)
    return error === null ? (
      <Skeleton height="4rem" screenreaderText="Loading" />
    ) : (
      <Trouble error={error} onRetry={() => void refetch()} />
    )
  if (data.items.length === 0) return <p className="subtle">Nothing waits for anything but its own work.</p>
  return (
    <Table caption="Waiting requests" columns={['Request', 'Why', 'Since', 'What ends it']}>
      {data.items.map(({ requestId, vmName, state, ownerName, teamName, sentence, since, until, untilAt }) => (
        <Row key={requestId}>
          <Cell column="Request" isHeader>
            <Link to={routes.vm} params={{ requestId }} className="wrap">
              {vmName}
            </Link>
            <span className="block subtle small">
              {ownerName}, {teamName}
            </span>
            <StateBadge request={{ state }} />
          </Cell>
          <Cell column="Why">
            <span className="wrap">{sentence}</span>
          </Cell>
          <Cell column="Since">
            <Moment at={since} />
          </Cell>
          <Cell column="What ends it">
            <span className="wrap">{until}</span>
            {untilAt !== undefined && (
              <span className="block subtle small">
                <Moment at={untilAt} as="short" />
              </span>
            )}
          </Cell>
        </Row>
      ))}
    </Table>
  )
}

import { Skeleton } from '@patternfly/react-core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Cell, Row, Table } from '../../parts/table.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { routes } from '../../paths.ts'
import { undeliveredNotices } from '../../server/queries.ts'
import { Moment } from '../../time/moment.tsx'
import { eventWords } from '../../words/event-words.ts'

/** Whom nobody could tell something yet. */
export function UndeliveredNotices() {
  const { data, error, refetch } = useQuery(undeliveredNotices)
  if (data === undefined)
    return error === null ? (
      <Skeleton height="4rem" screenreaderText="Loading" />
    ) : (
      <Trouble error={error} onRetry={() => void refetch()} />
    )
  if (data.items.length === 0) return <p className="subtle">Every notice was delivered.</p>
  return (
    <Table caption="Notices not delivered" columns={['Notice', 'To', 'State', 'Since']}>
      {data.items.map(({ id, event, requestId, vmName, recipient, channel, state, createdAt, lastError }) => (
        <Row key={id}>
          <Cell column="Notice" isHeader>
            {eventWords(event)}
            <Link to={routes.vm} params={{ requestId }} className="block wrap small">
              {vmName}
            </Link>
          </Cell>
          <Cell column="To">
            <span className="wrap">
              {recipient}
              <span className="block subtle small">by {channel}</span>
            </span>
          </Cell>
          <Cell column="State">
            {state === 'pending' ? 'still tried' : 'given up'}
            {lastError !== undefined && <span className="block subtle small wrap">{lastError}</span>}
          </Cell>
          <Cell column="Since">
            <Moment at={createdAt} />
          </Cell>
        </Row>
      ))}
    </Table>
  )
}

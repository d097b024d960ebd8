import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { NothingHere } from '../../parts/nothing-here.tsx'
import { ContentSkeleton } from '../../parts/page-skeleton.tsx'
import { Cell, Row, Table } from '../../parts/table.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { routes } from '../../paths.ts'
import { decidedApprovals } from '../../server/queries.ts'
import { Moment } from '../../time/moment.tsx'
import { StateBadge } from '../../vm-request/state-badge.tsx'

/** What I said, and what became of it. */
export function DecidedApprovals() {
  const { data, error, refetch } = useQuery(decidedApprovals)
  if (data === undefined)
    return error === null ? <ContentSkeleton /> : <Trouble error={error} onRetry={() => void refetch()} />
  if (data.items.length === 0) return <NothingHere words="You have not decided about a request yet." />
  return (
    <Table caption="Decided by me" columns={['Request', 'Asked by', 'You said', 'When', 'Now']}>
      {data.items.map(({ approval, request }) => (
        <Row key={approval.id}>
          <Cell column="Request" isHeader>
            <Link to={routes.vm} params={{ requestId: request.id }} className="wrap">
              {request.vmName}
            </Link>
          </Cell>
          <Cell column="Asked by">{request.ownerName}</Cell>
          <Cell column="You said">
            <span className="wrap">
              {approval.decision}
              {approval.reason !== undefined && <span className="block subtle small">{approval.reason}</span>}
            </span>
          </Cell>
          <Cell column="When">{approval.decidedAt !== undefined && <Moment at={approval.decidedAt} />}</Cell>
          <Cell column="Now">
            <StateBadge request={request} />
          </Cell>
        </Row>
      ))}
    </Table>
  )
}

import type { FindingKind } from '@berth/domain/finding.ts'
import { Skeleton } from '@patternfly/react-core'
import { useQuery } from '@tanstack/react-query'
import { Cell, Row, Table } from '../../parts/table.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { findings } from '../../server/queries.ts'
import { Moment } from '../../time/moment.tsx'

const kindWords: Record<FindingKind, string> = {
  orphan: 'VM without a request',
  copy: 'Copy of a VM of ours',
  vanished: 'VM is gone',
  renamed: 'VM was renamed',
  powerDrift: 'Power is not as recorded',
  addressChanged: 'Address changed',
  workflowMissing: 'Workflow is gone',
}

/** Where the record and vCenter differ. */
export function Findings() {
  const { data, error, refetch } = useQuery(findings)
  if (data === undefined)
    return error === null ? (
      <Skeleton height="4rem" screenreaderText="Loading" />
    ) : (
      <Trouble error={error} onRetry={() => void refetch()} />
    )
  if (data.items.length === 0) return <p className="subtle">The record and vCenter agree.</p>
  return (
    <Table caption="Findings" columns={['What', 'Site', 'Detail', 'Seen']}>
      {data.items.map(({ kind, subject, siteId, detail, firstSeenAt, runs }) => (
        <Row key={`${kind} ${subject}`}>
          <Cell column="What" isHeader>
            {kindWords[kind]}
          </Cell>
          <Cell column="Site">{siteId}</Cell>
          <Cell column="Detail">
            <span className="wrap">
              {detail}
              <span className="block subtle small">{subject}</span>
            </span>
          </Cell>
          <Cell column="Seen">
            <Moment at={firstSeenAt} />
            <span className="block subtle small">
              in {runs} {runs === 1 ? 'run' : 'runs'}
            </span>
          </Cell>
        </Row>
      ))}
    </Table>
  )
}

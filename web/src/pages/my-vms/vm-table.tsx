import type { VmRequest } from '@berth/contract/vm-request.ts'
import { Skeleton } from '@patternfly/react-core'
import { Link } from '@tanstack/react-router'
import { CopyField } from '../../parts/copy-field.tsx'
import { Cell, Row, Table } from '../../parts/table.tsx'
import { routes } from '../../paths.ts'
import { usePerson } from '../../person.ts'
import { useNow } from '../../time/use-now.ts'
import { exactWords } from '../../time/words.ts'
import { StateBadge } from '../../vm-request/state-badge.tsx'
import { StateLine } from '../../vm-request/state-line.tsx'
import { leaseLeft } from '../../words/lease-line.ts'
import { sizeWords } from '../../words/size-words.ts'

const columns = ['Name', 'Address', 'Lease', 'Team', 'Size']

export function VmTable({ requests }: { requests: VmRequest[] }) {
  return (
    <Table caption="VM requests" columns={columns}>
      {requests.map((request) => (
        <VmRow key={request.id} request={request} />
      ))}
    </Table>
  )
}

function VmRow({ request }: { request: VmRequest }) {
  const person = usePerson()
  return (
    <Row>
      <Cell column="Name" isHeader>
        <div className="vm-name">
          <span className="line">
            <Link to={routes.vm} params={{ requestId: request.id }} className="wrap strong">
              {request.vmName}
            </Link>
            <StateBadge request={request} />
          </span>
          <span className="small subtle wrap">
            <StateLine request={request} />
          </span>
        </div>
      </Cell>
      <Cell column="Address">
        {request.address === undefined ? (
          <Dash />
        ) : (
          <CopyField text={request.address} what={`address of ${request.vmName}`} />
        )}
      </Cell>
      <Cell column="Lease">
        <LeaseLeft request={request} />
      </Cell>
      <Cell column="Team">
        <span className="wrap-words">
          {request.teamName}
          {request.ownerId !== person.userId && <span className="subtle small block">{request.ownerName}</span>}
        </span>
      </Cell>
      <Cell column="Size">
        <span className="block">{request.sizeId}</span>
        <span className="subtle small vm-size">{sizeWords(request)}</span>
      </Cell>
    </Row>
  )
}

function LeaseLeft({ request }: { request: VmRequest }) {
  const left = leaseLeft(request, useNow())
  if (left === undefined) return <Dash />
  const { words, at, percent, isShort } = left
  return (
    <span className="lease-left" title={exactWords(at)}>
      <span className="number">{words}</span>
      {percent > 0 && (
        <span className={isShort ? 'lease-left-bar lease-left-short' : 'lease-left-bar'} aria-hidden="true">
          <span style={{ inlineSize: `${percent}%` }} />
        </span>
      )}
    </span>
  )
}

const Dash = () => (
  <span className="subtle dash">
    <span aria-hidden="true">–</span>
    <span className="pf-v6-screen-reader">none</span>
  </span>
)

/** As high as the rows that will take its place. */
export function VmTableSkeleton() {
  return (
    <Table caption="VM requests are loading" columns={columns}>
      {[1, 2, 3].map((row) => (
        <Row key={row}>
          {columns.map((column) => (
            <Cell key={column} column={column}>
              <Skeleton height={column === 'Name' ? '3rem' : '1.25rem'} width="80%" screenreaderText="Loading" />
            </Cell>
          ))}
        </Row>
      ))}
    </Table>
  )
}

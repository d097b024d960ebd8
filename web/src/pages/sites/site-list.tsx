import type { Site } from '@berth/contract/site.ts'
import { Skeleton } from '@patternfly/react-core'
import { css } from '@patternfly/react-styles'
import labelStyles from '@patternfly/react-styles/css/components/Label/label.mjs'
import { useQuery } from '@tanstack/react-query'
import { NothingHere } from '../../parts/nothing-here.tsx'
import { Cell, Row, Table } from '../../parts/table.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { sites } from '../../server/queries.ts'
import { Moment } from '../../time/moment.tsx'

/** Each site with its agents, when they were last heard of, and the work that waits for them. */
export function SiteList() {
  const { data, error, refetch } = useQuery(sites)
  if (data === undefined)
    return error === null ? (
      <Skeleton height="6rem" screenreaderText="Loading" />
    ) : (
      <Trouble error={error} onRetry={() => void refetch()} />
    )
  if (data.items.length === 0)
    return <NothingHere words="There is no site yet. An administrator adds one in berth.yaml." />
  return (
    <Table caption="Sites" columns={['Site', 'Agents', 'Work waiting', 'Requests']}>
      {data.items.map((site) => (
        <Row key={site.id}>
          <Cell column="Site" isHeader>
            <span className="strong">{site.id}</span>
            <span className="block subtle small wrap">{site.vcenter}</span>
          </Cell>
          <Cell column="Agents">
            <Agents agents={site.agents} />
          </Cell>
          <Cell column="Work waiting">
            <span className="number">
              {site.backlog} {site.backlog === 1 ? 'activity' : 'activities'}
            </span>
          </Cell>
          <Cell column="Requests">
            <span className="number">{site.openRequests} open</span>
            {site.heldRequests > 0 && <span className="block number">{site.heldRequests} held</span>}
          </Cell>
        </Row>
      ))}
    </Table>
  )
}

function Agents({ agents }: { agents: Site['agents'] }) {
  if (agents.length === 0) return <span>No agent has ever called: nothing can be built here.</span>
  return (
    <ul className="stack stack-close">
      {agents.map(({ identity, alive, lastContactAt, version }) => (
        <li key={identity}>
          <span className="line">
            <span className="wrap">{identity}</span>
            <span className={css(labelStyles.label, alive ? labelStyles.modifiers.green : labelStyles.modifiers.red)}>
              <span className={labelStyles.labelContent}>{alive ? 'In contact' : 'Silent'}</span>
            </span>
          </span>
          <span className="block subtle small">
            {lastContactAt === null ? (
              'never heard of'
            ) : (
              <>
                last contact <Moment at={lastContactAt} />
              </>
            )}
            {version !== null && ` · version ${version}`}
          </span>
        </li>
      ))}
    </ul>
  )
}

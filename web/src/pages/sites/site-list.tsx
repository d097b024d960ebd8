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
import { backlogWords, clockWords, slotWords, workWords } from '../../words/agent-words.ts'
import { unbroken } from '../../words/unbroken.ts'
import { Maintenance } from './maintenance.tsx'

const { green, red } = labelStyles.modifiers

interface Props {
  canMaintain?: boolean
}

/** Each site with its agents, when they were last heard of, what they do and what waits for them. */
export function SiteList({ canMaintain = false }: Props) {
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
    <Table caption="Sites" columns={['Site', 'Agents', 'Work', 'Open']}>
      {data.items.map((site) => (
        <Row key={site.id}>
          <Cell column="Site" isHeader>
            <div className="stack stack-close">
              <div>
                <span className="strong">{site.id}</span>
                <span className="block subtle small wrap">{site.vcenter}</span>
              </div>
              <Maintenance site={site} canMaintain={canMaintain} />
            </div>
          </Cell>
          <Cell column="Agents">
            <Agents agents={site.agents} isKnown={error === null} />
          </Cell>
          <Cell column="Work">
            <span>{workWords(site.work)}</span>
            <span className="block">{backlogWords(site)}</span>
          </Cell>
          <Cell column="Open">
            <span className="number">{site.openRequests}</span>
            {site.heldRequests > 0 && <span className="block number">{unbroken(`${site.heldRequests} held`)}</span>}
          </Cell>
        </Row>
      ))}
    </Table>
  )
}

function Agents({ agents, isKnown }: { agents: Site['agents']; isKnown: boolean }) {
  if (agents.length === 0) return <span>No agent is connected: nothing can be built here.</span>
  return (
    <ul className="stack stack-close">
      {agents.map((agent) => (
        <li key={agent.identity}>
          <Agent agent={agent} isKnown={isKnown} />
        </li>
      ))}
    </ul>
  )
}

/** What an agent was when it was last asked about says nothing about now. */
function Agent({ agent, isKnown }: { agent: Site['agents'][number]; isKnown: boolean }) {
  const { identity, host, alive, lastContactAt, version } = agent
  const slots = slotWords(agent)
  const clock = clockWords(agent)
  return (
    <>
      <span className="line">
        <span className="wrap" title={identity}>
          {host ?? identity}
        </span>
        <span className={css(labelStyles.label, isKnown && (alive ? green : red))}>
          <span className={labelStyles.labelContent}>{isKnown ? (alive ? 'In contact' : 'Silent') : 'Not known'}</span>
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
        {clock !== undefined && ` · ${clock}`}
      </span>
      {slots !== undefined && <span className="block subtle small">{slots}</span>}
    </>
  )
}

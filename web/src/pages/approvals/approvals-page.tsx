import { Tab, Tabs, TabTitleText } from '@patternfly/react-core'
import { getRouteApi } from '@tanstack/react-router'
import { pressByKey } from '../../parts/press-by-key.ts'
import { routes } from '../../paths.ts'
import { PageHeading } from '../../shell/page-heading.tsx'
import { DecidedApprovals } from './decided-approvals.tsx'
import { OpenApprovals } from './open-approvals.tsx'

const route = getRouteApi(routes.approvals)

/** Should I say yes? */
export function ApprovalsPage() {
  const { tab, chosen } = route.useSearch()
  const navigate = route.useNavigate()
  const show = (key: unknown) => void navigate({ search: key === 'decided' ? { tab: 'decided' } : {}, replace: true })
  return (
    <div className="stack" onKeyDown={pressByKey}>
      <PageHeading title="Approvals" />
      <Tabs
        activeKey={tab ?? 'open'}
        onSelect={(_event, key) => show(key)}
        aria-label="Approvals"
        mountOnEnter
        unmountOnExit
      >
        <Tab eventKey="open" title={<TabTitleText>Waiting for you</TabTitleText>}>
          <div className="tab-page">
            <OpenApprovals
              chosen={chosen}
              onChoose={(id) => void navigate({ search: { chosen: id }, replace: true, resetScroll: false })}
            />
          </div>
        </Tab>
        <Tab eventKey="decided" title={<TabTitleText>Decided by me</TabTitleText>}>
          <div className="tab-page">
            <DecidedApprovals />
          </div>
        </Tab>
      </Tabs>
    </div>
  )
}

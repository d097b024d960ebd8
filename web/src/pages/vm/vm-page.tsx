import type { VmRequest } from '@berth/contract/vm-request.ts'
import { Breadcrumb, BreadcrumbItem } from '@patternfly/react-core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { CopyField } from '../../parts/copy-field.tsx'
import { PageSkeleton } from '../../parts/page-skeleton.tsx'
import { Section } from '../../parts/section.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { routes } from '../../paths.ts'
import { isNotFound } from '../../server/problem.ts'
import { vmRequest } from '../../server/queries.ts'
import { PageHeading } from '../../shell/page-heading.tsx'
import { StateBadge } from '../../vm-request/state-badge.tsx'
import { wayIn } from '../../words/way-in.ts'
import { NotFoundPage } from '../not-found-page.tsx'
import { Actions } from './actions.tsx'
import { ApprovalPanel } from './approval-panel.tsx'
import { Facts } from './facts.tsx'
import { FindingsPanel } from './findings-panel.tsx'
import { HeldPanel } from './held-panel.tsx'
import { History } from './history.tsx'
import { Lease } from './lease.tsx'
import { StateWords } from './state-words.tsx'
import { Timeline } from './timeline.tsx'

const route = getRouteApi(routes.vm)

/** Where is this VM, how do I get in, how long do I have it? */
export function VmPage() {
  const { requestId } = route.useParams()
  return uuid.test(requestId) ? <VmOf requestId={requestId} /> : <NotFoundPage />
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

function VmOf({ requestId }: { requestId: string }) {
  const { data: request, error, refetch } = useQuery(vmRequest(requestId))
  if (isNotFound(error)) return <NotFoundPage />
  if (request !== undefined) return <Vm key={request.id} request={request} />
  if (error === null) return <PageSkeleton />
  return (
    <div className="stack">
      <PageHeading title="VM" />
      <Trouble error={error} onRetry={() => void refetch()} />
    </div>
  )
}

function Vm({ request }: { request: VmRequest }) {
  return (
    <div className="stack">
      <Breadcrumb aria-label="Breadcrumb">
        <BreadcrumbItem>
          <Link to={routes.myVms}>My VMs</Link>
        </BreadcrumbItem>
        <BreadcrumbItem isActive>{request.vmName}</BreadcrumbItem>
      </Breadcrumb>
      <div className="stack stack-tight">
        <div className="line">
          <PageHeading title={request.vmName} />
          <StateBadge request={request} />
        </div>
        <StateWords request={request} />
      </div>
      <FindingsPanel request={request} />
      <HeldPanel request={request} />
      <ApprovalPanel request={request} />
      <SshLine request={request} />
      <div className="vm-columns">
        <div className="stack">
          <Lease request={request} />
          <Section title="Timeline">
            <Timeline request={request} />
          </Section>
          <History requestId={request.id} />
        </div>
        <div className="stack">
          <Actions request={request} />
          <Section title="Facts">
            <Facts request={request} />
          </Section>
        </div>
      </div>
    </div>
  )
}

/** The way in; its place is kept while there is none, so that nothing jumps when it comes. */
function SshLine({ request }: { request: VmRequest }) {
  const way = wayIn(request)
  if (way === undefined) return null
  if ('command' in way) return <CopyField text={way.command} what="ssh command" isLarge />
  return <p className="copy-field copy-field-large subtle">{way.instead}</p>
}

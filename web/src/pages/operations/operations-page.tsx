import { Section } from '../../parts/section.tsx'
import { isOperator, usePerson } from '../../person.ts'
import { PageHeading } from '../../shell/page-heading.tsx'
import { SiteList } from '../sites/site-list.tsx'
import { FailedRequests } from './failed-requests.tsx'
import { Findings } from './findings.tsx'
import { HeldRequests } from './held-requests.tsx'
import { UndeliveredNotices } from './undelivered-notices.tsx'
import { WaitingRequests } from './waiting-requests.tsx'

/** A view that Temporal keeps of the workflows whose request is held. */
const needsOperator = 'BerthNeedsOperator=true'

/** What is stuck, why, and what do I press? */
export function OperationsPage() {
  const person = usePerson()
  const { temporalUiUrl } = person
  return (
    <div className="stack stack-wide">
      <div className="line line-apart">
        <PageHeading title="Operations" />
        {temporalUiUrl !== undefined && (
          <a href={`${temporalUiUrl}?query=${encodeURIComponent(needsOperator)}`} target="_blank" rel="noreferrer">
            What needs an operator, in the Temporal UI
          </a>
        )}
      </div>
      <HeldRequests />
      <Section title="Waiting">
        <WaitingRequests />
      </Section>
      <Section title="Sites and agents">
        <SiteList canMaintain={isOperator(person)} />
      </Section>
      <Section title="Findings">
        <Findings />
      </Section>
      <Section title="Failed">
        <FailedRequests />
      </Section>
      <Section title="Notices not delivered">
        <UndeliveredNotices />
      </Section>
    </div>
  )
}

import type { FindingEntry } from '@berth/contract/operations.ts'
import { findingMeanings } from '@berth/domain/finding.ts'
import { Button, Label } from '@patternfly/react-core'
import { Link } from '@tanstack/react-router'
import { useId, useState } from 'react'
import { routes } from '../../paths.ts'
import { Moment } from '../../time/moment.tsx'
import { ReleaseGone } from '../../vm-request/release-gone.tsx'
import { severityLooks, type FindingGroup } from '../../words/finding-groups.ts'
import { stateLooks } from '../../words/state-look.ts'

const shownAtFirst = 5

/** One class of trouble: what it is, what can be done, and every case of it. */
export function FindingGroupPanel({ group }: { group: FindingGroup }) {
  const { title, severity, whatCanBeDone, isRepaired, findings } = group
  const [all, setAll] = useState(false)
  const id = useId()
  const look = severityLooks[severity]
  const shown = all ? findings : findings.slice(0, shownAtFirst)
  return (
    <section className="panel stack stack-close" aria-labelledby={id}>
      <div className="line">
        <h3 className="strong wrap" id={id}>
          {title}
          {findings.length > 1 && <span className="subtle"> · {findings.length}</span>}
        </h3>
        <Label isCompact color={isRepaired ? 'green' : look.colour}>
          {isRepaired ? 'Put right' : look.badge}
        </Label>
      </div>
      <ul className="advice small">
        {whatCanBeDone.map((words) => (
          <li key={words} className="wrap">
            {words}.
          </li>
        ))}
      </ul>
      <ul className="held-list">
        {shown.map((finding) => (
          <li key={finding.id}>
            <Case finding={finding} />
          </li>
        ))}
      </ul>
      {findings.length > shownAtFirst && (
        <div>
          <Button variant="link" isInline onClick={() => setAll(!all)}>
            {all ? 'Show fewer' : `Show all ${findings.length}`}
          </Button>
        </div>
      )}
    </section>
  )
}

function Case({ finding }: { finding: FindingEntry }) {
  const { kind, request, subject, detail, siteId, firstSeenAt, repairedAt, actions } = finding
  return (
    <article className="line line-apart" aria-label={request?.vmName ?? subject}>
      <div className="finding">
        <p className="wrap">{detail}</p>
        <p className="line subtle small">
          {findingMeanings[kind].about !== 'site' && <About finding={finding} />}
          <span className="wrap">{siteId}</span>
          {repairedAt === undefined ? (
            <span>
              since <Moment at={firstSeenAt} as="short" />
            </span>
          ) : (
            <span>
              put right <Moment at={repairedAt} />
            </span>
          )}
        </p>
      </div>
      {request !== undefined && actions.includes('releaseVm') && <ReleaseGone request={{ id: request.id }} />}
    </article>
  )
}

/** Whose VM it is, and by what to find it in vCenter where that is not the request's id. */
function About({ finding: { request, subject } }: { finding: FindingEntry }) {
  const isItself = request?.id === subject
  return (
    <>
      {request === undefined ? (
        <span>Berth knows no such request</span>
      ) : (
        <span className="wrap">
          {isItself ? '' : 'request '}
          <Link to={routes.vm} params={{ requestId: request.id }}>
            {request.vmName}
          </Link>
          , {stateLooks[request.state].badge.toLowerCase()}, of {request.ownerName}
        </span>
      )}
      {!isItself && <span className="wrap">instanceUuid {subject}</span>}
    </>
  )
}

import type { VmRequest } from '@berth/contract/vm-request.ts'
import type { StepState } from '@berth/domain/vm-request.ts'
import CheckIcon from '@patternfly/react-icons/dist/esm/icons/rh-ui-check-circle-fill-icon'
import ErrorIcon from '@patternfly/react-icons/dist/esm/icons/rh-ui-error-fill-icon'
import type { ComponentType } from 'react'
import { ProgressBar } from '../../parts/bar.tsx'
import { Moment } from '../../time/moment.tsx'
import { useNow } from '../../time/use-now.ts'
import { stepWords } from '../../time/words.ts'
import { stepStateWords } from '../../words/step-words.ts'
import { entrySeconds, timeline, type TimelineEntry } from '../../words/timeline.ts'

const Circle = () => <span className="timeline-circle" />

const icons: Record<StepState, ComponentType> = {
  waiting: Circle,
  running: Circle,
  done: CheckIcon,
  failed: ErrorIcon,
  skipped: Circle,
}

/** What happened and what is to come, each with how long it took; what stands still is open with its cause. */
export function Timeline({ request }: { request: VmRequest }) {
  return (
    <ol className="timeline">
      {timeline(request).map((entry) => (
        <Entry key={entry.key} entry={entry} request={request} />
      ))}
    </ol>
  )
}

function Entry({ entry, request }: { entry: TimelineEntry; request: VmRequest }) {
  const Icon = icons[entry.state]
  return (
    <li className={`timeline-entry timeline-${entry.state}`}>
      <span className="timeline-icon" aria-hidden="true">
        <Icon />
      </span>
      <div className="stack-small">
        <span className="line">
          <span className="strong">{entry.title}</span>
          <span className="pf-v6-screen-reader">{stepStateWords[entry.state]}</span>
          <Duration entry={entry} />
          {entry.at !== undefined && entry.state !== 'waiting' && (
            <span className="subtle small timeline-at">
              <Moment at={entry.at} as="short" />
            </span>
          )}
        </span>
        {entry.detail !== undefined && <span className="subtle wrap">{entry.detail}</span>}
        {entry.progress !== undefined && <ProgressBar percent={entry.progress} label={entry.title} />}
        {entry.isHeld === true && request.hold !== undefined && (
          <span className="wrap">
            Attempt {request.hold.attempt}: {request.hold.message}.{' '}
            {request.hold.givenUp ? 'It was given up.' : 'An operator decides what happens next.'}
          </span>
        )}
      </div>
    </li>
  )
}

function Duration({ entry }: { entry: TimelineEntry }) {
  const seconds = entrySeconds(entry, useNow())
  return seconds === undefined ? null : <span className="subtle small number">{stepWords(seconds)}</span>
}

import type { VmRequest } from '@berth/contract/vm-request.ts'
import { isFinal, type VmRequestState } from '@berth/domain/vm-request.ts'
import { useQuery } from '@tanstack/react-query'
import { waitingOf } from '../../server/queries.ts'
import { Moment } from '../../time/moment.tsx'
import { StateLine } from '../../vm-request/state-line.tsx'

/** States that are nothing but waiting: why it waits now is all there is to say. */
const onlyWaits: readonly VmRequestState[] = ['validating', 'awaitingApproval', 'provisioning', 'retiring']

/** The state as a sentence and, while it waits for something that nobody planned, why and what would end it. */
export function StateWords({ request }: { request: VmRequest }) {
  const { id, state, steps } = request
  const isAsked = !isFinal(state) && state !== 'held'
  const step = steps.findLast((each) => each.state === 'running')?.name
  const { data } = useQuery({ ...waitingOf(id, `${state} ${step}`), enabled: isAsked })
  const waiting = isAsked && data?.waiting?.asPlanned === false ? data.waiting : undefined
  const why = waiting && (
    <>
      {waiting.sentence}, since <Moment at={waiting.since} as="short" />
    </>
  )
  const isAll = waiting !== undefined && onlyWaits.includes(state)
  return (
    <>
      <p className="state-line wrap">{isAll ? why : <StateLine request={request} />}</p>
      {waiting !== undefined && (
        <p className="subtle wrap">
          {!isAll && <>{why}. </>}
          What ends it: {goingOn(waiting.until)}
          {waiting.untilAt !== undefined && (
            <>
              {' '}
              (<Moment at={waiting.untilAt} as="short" />)
            </>
          )}
          .
        </p>
      )}
    </>
  )
}

/** It stands as a sentence of its own where it comes from. */
const goingOn = (until: string): string => until.replace(/^(?!Berth\b)./, (letter) => letter.toLowerCase())

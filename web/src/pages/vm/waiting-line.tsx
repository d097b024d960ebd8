import type { VmRequest } from '@berth/contract/vm-request.ts'
import { isFinal } from '@berth/domain/vm-request.ts'
import { useQuery } from '@tanstack/react-query'
import { waitingOf } from '../../server/queries.ts'
import { Moment } from '../../time/moment.tsx'

/** Why is it waiting? One sentence, while it waits for something that nobody planned. */
export function WaitingLine({ request: { id, state } }: { request: VmRequest }) {
  const isAsked = !isFinal(state) && state !== 'held'
  const { data } = useQuery({ ...waitingOf(id), enabled: isAsked })
  const waiting = data?.waiting
  if (!isAsked || waiting === undefined || waiting === null || waiting.asPlanned) return null
  const { sentence, since, until, untilAt } = waiting
  return (
    <p className="subtle wrap">
      {sentence}, since <Moment at={since} as="short" />. {until}
      {untilAt !== undefined && (
        <>
          {' '}
          on <Moment at={untilAt} as="short" />
        </>
      )}
      .
    </p>
  )
}

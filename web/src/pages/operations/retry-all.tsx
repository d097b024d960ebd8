import type { HoldGroupRetried } from '@berth/contract/hold-group.ts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Confirm } from '../../parts/confirm.tsx'
import { Message } from '../../parts/message.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { call } from '../../server/call.ts'
import { keys } from '../../server/queries.ts'
import type { HeldGroup } from '../../words/held-groups.ts'
import { retriedWords } from '../../words/retried-words.ts'
import { stepWords } from '../../words/step-words.ts'

/** One decision about all requests that are held for the same cause. */
export function RetryAll({ cause, retryable }: Pick<HeldGroup, 'cause' | 'retryable'>) {
  const client = useQueryClient()
  const { mutate, isPending, error, data } = useMutation({
    mutationFn: (reason: string | undefined) =>
      call('retryHoldGroup', { body: { ...cause, ...(reason === undefined ? {} : { reason }) } }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.vmRequests })
      void client.invalidateQueries({ queryKey: keys.operations })
    },
  })
  return (
    <>
      <div>
        <Confirm
          action={`Retry all ${retryable}`}
          consequence={`“${stepWords[cause.step].name}” is done again now for ${retryable} requests. Each decides for itself: what has gone on meanwhile is left alone.`}
          reason="optional"
          isPending={isPending}
          onConfirm={(reason, close) => mutate(reason, { onSuccess: close })}
        />
      </div>
      {data !== undefined && <Retried {...data} />}
      <Refusal error={error} />
    </>
  )
}

function Retried(retried: HoldGroupRetried) {
  const { title, notRetried } = retriedWords(retried)
  return (
    <Message kind={notRetried.length === 0 ? 'done' : 'warning'} title={title} live>
      {notRetried.length > 0 && (
        <ul>
          {notRetried.map(({ requestId, vmName, detail }) => (
            <li key={requestId} className="wrap">
              {vmName}: {detail}
            </li>
          ))}
        </ul>
      )}
    </Message>
  )
}

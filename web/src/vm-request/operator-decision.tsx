import type { VmRequest } from '@berth/contract/vm-request.ts'
import type { HoldStep, OperatorAction } from '@berth/domain/vm-request.ts'
import { Button } from '@patternfly/react-core'
import { Confirm } from '../parts/confirm.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { useAct } from '../server/use-act.ts'
import { absoluteWords } from '../time/words.ts'
import { stepWords } from '../words/step-words.ts'

const skipWords: Partial<Record<HoldStep, string>> = {
  waitForIp: 'The VM is handed over without an address; its owner finds it in vCenter or asks you.',
  warn: 'The warning counts as given from now on.',
}

/** Retry, skip or abort the step at which a request is held. */
export function OperatorDecision({ request }: { request: VmRequest }) {
  const { mutate, isPending, error } = useAct('operatorDecision', request.id)
  const { hold } = request
  if (hold === undefined || !request.actions.includes('operatorDecision')) return null
  const { step, attempt, actions } = hold
  const decide = (action: OperatorAction, reason?: string) =>
    mutate({ step, attempt, action, ...(reason === undefined ? {} : { reason }) })
  return (
    <div className="stack stack-close">
      <div className="line line-top">
        {actions.includes('retry') && (
          <Button variant="primary" isDisabled={isPending} onClick={() => decide('retry')}>
            Retry
          </Button>
        )}
        {actions.includes('skip') && (
          <Confirm
            action="Skip"
            consequence={skipWords[step] ?? 'The life of the request goes on without this step.'}
            reason={step === 'warn' ? { required: 'How was the owner told?' } : 'optional'}
            isPending={isPending}
            onConfirm={(reason) => decide('skip', reason)}
          />
        )}
        {actions.includes('abort') && (
          <Confirm
            action="Abort"
            consequence="What was built is destroyed, and the request ends as failed. This cannot be undone."
            reason="optional"
            isDangerous
            isPending={isPending}
            onConfirm={(reason) => decide('abort', reason)}
          />
        )}
      </div>
      <p className="small subtle">
        Retry does “{stepWords[step].name}” again now.
        {hold.cleanUpAt !== undefined &&
          ` Without a decision the request is cleaned up on ${absoluteWords(hold.cleanUpAt)}.`}
      </p>
      <Refusal error={error} />
    </div>
  )
}

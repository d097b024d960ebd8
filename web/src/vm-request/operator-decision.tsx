import type { VmRequest } from '@berth/contract/vm-request.ts'
import type { HoldStep } from '@berth/domain/vm-request.ts'
import { Button } from '@patternfly/react-core'
import { Confirm } from '../parts/confirm.tsx'
import { Outcome } from '../parts/outcome.tsx'
import { useAct } from '../server/use-act.ts'
import { absoluteWords } from '../time/words.ts'
import { stepWords } from '../words/step-words.ts'
import type { Decide } from './decide.ts'
import { KeepForDiagnosis } from './keep-for-diagnosis.tsx'
import { RetryWith } from './retry-with.tsx'

const skipWords: Partial<Record<HoldStep, string>> = {
  waitForIp: 'The VM is handed over without an address; its owner finds it in vCenter or asks you.',
  warn: 'The warning counts as given from now on.',
}

/** What an operator may do about the step at which a request is held. */
export function OperatorDecision({ request }: { request: VmRequest }) {
  const { mutate, isPending, ...outcome } = useAct('operatorDecision', request)
  const { hold } = request
  if (hold === undefined || !request.actions.includes('operatorDecision')) return null
  const { step, attempt, actions, overridable, givenUp } = hold
  const decide: Decide = (decision, close) =>
    mutate({ step, attempt, ...decision }, close === undefined ? {} : { onSuccess: close })
  return (
    <div className="stack stack-close">
      <div className="line line-top">
        {actions.includes('retry') && (
          <Button variant="primary" isAriaDisabled={isPending} onClick={() => decide({ action: 'retry' })}>
            Retry
          </Button>
        )}
        {actions.includes('retry') && overridable !== undefined && (
          <RetryWith overridable={overridable} isPending={isPending} decide={decide} />
        )}
        {actions.includes('skip') && (
          <Confirm
            action="Skip"
            consequence={skipWords[step] ?? 'The life of the request goes on without this step.'}
            reason={step === 'warn' ? { required: 'How was the owner told?' } : 'optional'}
            isPending={isPending}
            onConfirm={(reason, close) => decide({ action: 'skip', ...(reason !== undefined && { reason }) }, close)}
          />
        )}
        {actions.includes('keep') && <KeepForDiagnosis isPending={isPending} decide={decide} />}
        {actions.includes('abort') && (
          <Confirm
            action={givenUp ? 'Clean up' : 'Abort'}
            consequence="What was built is destroyed, and the request ends as failed. This cannot be undone."
            reason="optional"
            isDangerous
            isPending={isPending}
            onConfirm={(reason, close) => decide({ action: 'abort', ...(reason !== undefined && { reason }) }, close)}
          />
        )}
      </div>
      <p className="small subtle">{consequenceWords(hold)}</p>
      <Outcome {...outcome} />
    </div>
  )
}

function consequenceWords({ givenUp, cleanUpAt, step }: NonNullable<VmRequest['hold']>): string {
  const cleaned = cleanUpAt === undefined ? '' : absoluteWords(cleanUpAt)
  if (givenUp) return `Given up; what was built is kept for diagnosis until ${cleaned}.`
  const otherwise = cleanUpAt === undefined ? '' : ` Without a decision the request is cleaned up on ${cleaned}.`
  return `Retry does “${stepWords[step].name}” again now.${otherwise}`
}

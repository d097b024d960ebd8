import type { VmRequest } from '@berth/contract/vm-request.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Outcome } from '../parts/outcome.tsx'
import { useAct } from '../server/use-act.ts'
import { stepWords } from '../words/step-words.ts'

/** For operators: a failed request gets another try, with what was approved. */
export function TryAgain({ request }: { request: VmRequest }) {
  const { mutate, isPending, ...outcome } = useAct('tryAgain', request)
  const { tryAgainFrom, vmName } = request
  if (tryAgainFrom === undefined) return null
  const approval = tryAgainFrom === 'place' ? 'What was approved stays approved' : 'It is checked again from the start'
  return (
    <div className="stack stack-tight">
      <div>
        <Confirm
          action={`Try again from “${stepWords[tryAgainFrom].name}”`}
          consequence={`The request opens again: it takes the team’s quota and the name ${vmName} again, or is refused if they are gone. ${approval}.`}
          reason="optional"
          isPending={isPending}
          onConfirm={(reason, close) => mutate(reason === undefined ? {} : { reason }, { onSuccess: close })}
        />
      </div>
      <Outcome {...outcome} />
    </div>
  )
}

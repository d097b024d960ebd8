import { useQueryClient } from '@tanstack/react-query'
import { Confirm } from '../parts/confirm.tsx'
import { Outcome } from '../parts/outcome.tsx'
import { keys } from '../server/queries.ts'
import { useAct } from '../server/use-act.ts'

const releaseGoneConsequence =
  'The VM is gone from vCenter already: the request ends, and its quota and its name are free again. If the VM comes back later, it is nobody’s.'

/** The decision about a VM that is gone: nobody waits for it any more. */
export function ReleaseGone({ request }: { request: { id: string; version?: number } }) {
  const client = useQueryClient()
  const { mutate, isPending, ...outcome } = useAct('releaseVm', request)
  return (
    <div className="stack stack-tight">
      <div>
        <Confirm
          action="Release"
          consequence={releaseGoneConsequence}
          reason="none"
          isDangerous
          isPending={isPending}
          onConfirm={(_reason, close) =>
            mutate(
              {},
              { onSuccess: close, onSettled: () => void client.invalidateQueries({ queryKey: keys.operations }) },
            )
          }
        />
      </div>
      <Outcome {...outcome} />
    </div>
  )
}

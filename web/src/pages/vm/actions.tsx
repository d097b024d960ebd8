import type { VmRequest } from '@berth/contract/vm-request.ts'
import { addSeconds } from '@berth/domain/instant.ts'
import { Button } from '@patternfly/react-core'
import { Confirm } from '../../parts/confirm.tsx'
import { Outcome } from '../../parts/outcome.tsx'
import { Section } from '../../parts/section.tsx'
import { ReleaseGone } from '../../vm-request/release-gone.tsx'
import { useAct } from '../../server/use-act.ts'
import { useNow } from '../../time/use-now.ts'
import { absoluteWords, lengthWords } from '../../time/words.ts'
import { TryAgain } from '../../vm-request/try-again.tsx'

/** What the server allows this person now. */
export function Actions({ request }: { request: VmRequest }) {
  const { actions } = request
  const any = ['releaseVm', 'restoreVm', 'cancelRequest'].some((name) => actions.some((action) => action === name))
  if (!any && request.tryAgainFrom === undefined) return null
  return (
    <Section title="Actions" className="vm-actions">
      {actions.includes('releaseVm') && <Release request={request} />}
      {actions.includes('restoreVm') && <Restore request={request} />}
      {actions.includes('cancelRequest') && <Cancel request={request} />}
      <TryAgain request={request} />
    </Section>
  )
}

function Release({ request }: { request: VmRequest }) {
  const { mutate, isPending, ...outcome } = useAct('releaseVm', request)
  const { undoSeconds } = request.lease
  const until = absoluteWords(addSeconds(useNow(), undoSeconds))
  if (request.findings.some(({ kind }) => kind === 'vanished')) return <ReleaseGone request={request} />
  return (
    <div className="stack stack-tight">
      <p className="subtle small">
        Give it back: powered off now, destroyed after {lengthWords(undoSeconds)}; it can be restored until then.
      </p>
      <div>
        <Confirm
          action="Release"
          consequence={`The VM is powered off now and destroyed on ${until}. It can be restored until then.`}
          reason="none"
          isDangerous
          isPending={isPending}
          onConfirm={(_reason, close) => mutate({}, { onSuccess: close })}
        />
      </div>
      <Outcome {...outcome} />
    </div>
  )
}

function Restore({ request }: { request: VmRequest }) {
  const { mutate, isPending, ...outcome } = useAct('restoreVm', request)
  const { leaseEndsAt, restorableUntil } = request
  return (
    <div className="stack stack-tight">
      <p className="subtle small">
        Powers it on again
        {leaseEndsAt === undefined ? '' : `; the lease goes on until ${absoluteWords(leaseEndsAt)}`}.
        {restorableUntil === undefined ? '' : ` Possible until ${absoluteWords(restorableUntil)}.`}
      </p>
      <div>
        <Button
          isLoading={isPending}
          isAriaDisabled={isPending}
          spinnerAriaLabel="Restoring"
          onClick={() => mutate({})}
        >
          Restore
        </Button>
      </div>
      <Outcome {...outcome} />
    </div>
  )
}

function Cancel({ request }: { request: VmRequest }) {
  const { mutate, isPending, ...outcome } = useAct('cancelRequest', request)
  const built = request.steps.some(({ name, state }) => name === 'clone' && state !== 'waiting')
  const consequence = built
    ? 'What was built so far is destroyed, and the request ends. This cannot be undone.'
    : 'The request ends; nothing was built. This cannot be undone, but you can request again.'
  return (
    <div className="stack stack-tight">
      <p className="subtle small">{built ? 'Ends the request and destroys what was built.' : 'Ends the request.'}</p>
      <div>
        <Confirm
          action="Cancel request"
          consequence={consequence}
          reason="optional"
          isDangerous
          isPending={isPending}
          onConfirm={(reason, close) => mutate(reason === undefined ? {} : { reason }, { onSuccess: close })}
        />
      </div>
      <Outcome {...outcome} />
    </div>
  )
}

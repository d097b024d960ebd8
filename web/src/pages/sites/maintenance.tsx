import type { Site } from '@berth/contract/site.ts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Confirm } from '../../parts/confirm.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { call } from '../../server/call.ts'
import { keys } from '../../server/queries.ts'
import { Moment } from '../../time/moment.tsx'

/** Whether a site is in maintenance, and, for operators, the buttons. */
export function Maintenance({ site, canMaintain }: { site: Site; canMaintain: boolean }) {
  const { maintenance } = site
  return (
    <>
      {maintenance !== undefined && (
        <p className="wrap">
          In maintenance since <Moment at={maintenance.since} as="short" /> by {maintenance.byName}:{' '}
          {maintenance.reason}
        </p>
      )}
      {canMaintain && <Change site={site} />}
    </>
  )
}

function Change({ site: { id, maintenance, clonesQueued } }: { site: Site }) {
  const client = useQueryClient()
  const { mutate, isPending, error } = useMutation({
    mutationFn: (reason: string | undefined) =>
      maintenance === undefined
        ? call('beginMaintenance', { params: { id }, body: { reason: reason ?? '' } })
        : call('endMaintenance', { params: { id } }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.sites }),
  })
  return (
    <div>
      {maintenance === undefined ? (
        <Confirm
          key="begin"
          action="Begin maintenance"
          consequence={`No new clone begins at ${id} until you end it: requests wait and are told why. Clones under way, leases, power and destroying go on.`}
          reason={{ required: 'Why?' }}
          isPending={isPending}
          onConfirm={(reason, close) => mutate(reason, { onSuccess: close })}
        />
      ) : (
        <Confirm
          key="end"
          action="End maintenance"
          consequence={
            clonesQueued === 0 ? 'New clones begin again.' : `The ${clonesQueued} clones that wait begin now.`
          }
          reason="none"
          isPending={isPending}
          onConfirm={(reason, close) => mutate(reason, { onSuccess: close })}
        />
      )}
      <Refusal error={error} />
    </div>
  )
}

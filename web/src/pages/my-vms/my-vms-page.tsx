import { Button } from '@patternfly/react-core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { LinkButton } from '../../parts/link-button.tsx'
import { NothingHere } from '../../parts/nothing-here.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { routes } from '../../paths.ts'
import { isDeveloper, usePerson } from '../../person.ts'
import { vmRequests } from '../../server/queries.ts'
import { PageHeading } from '../../shell/page-heading.tsx'
import { Filters } from './filters.tsx'
import { askedFor, type MyVmsFilter } from './my-vms-filter.ts'
import { VmTable, VmTableSkeleton } from './vm-table.tsx'

const route = getRouteApi(routes.myVms)

/** Where are my VMs, how do I get in, how long do I have them? */
export function MyVmsPage() {
  const filter = route.useSearch()
  const list = useInfiniteQuery(vmRequests(askedFor(filter)))
  const requests = list.data?.pages.flatMap(({ items }) => items)
  return (
    <div className="stack">
      <div className="line line-apart">
        <PageHeading title="My VMs" />
        {isDeveloper(usePerson()) && <LinkButton to={routes.requestVm}>Request a VM</LinkButton>}
      </div>
      <Filters filter={filter} requests={requests ?? []} />
      {requests === undefined && list.error !== null && (
        <Trouble error={list.error} onRetry={() => void list.refetch()} />
      )}
      {requests === undefined && list.error === null && <VmTableSkeleton />}
      {requests?.length === 0 && <Nothing filter={filter} />}
      {requests !== undefined && requests.length > 0 && <VmTable requests={requests} />}
      {list.hasNextPage && (
        <div>
          <Button
            variant="secondary"
            isLoading={list.isFetchingNextPage}
            spinnerAriaLabel="Loading more"
            onClick={() => void list.fetchNextPage()}
          >
            Show more
          </Button>
        </div>
      )}
    </div>
  )
}

function Nothing({ filter }: { filter: MyVmsFilter }) {
  const mayRequest = isDeveloper(usePerson())
  if (filter.q !== undefined) return <NothingHere words={`No VM matches “${filter.q}”.`} />
  if (filter.state !== undefined || filter.team !== undefined || filter.site !== undefined)
    return <NothingHere words="No VM matches these filters." />
  if (filter.show === 'ended') return <NothingHere words="No VM has ended yet." />
  if (!mayRequest) return <NothingHere words="No VMs yet." />
  return (
    <NothingHere words="No VMs yet. Request one — most are ready in under a minute.">
      <LinkButton to={routes.requestVm}>Request a VM</LinkButton>
    </NothingHere>
  )
}

import { Button, SearchInput, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { LinkButton } from '../../parts/link-button.tsx'
import { NothingHere } from '../../parts/nothing-here.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { routes } from '../../paths.ts'
import { isDeveloper, readsEverything, usePerson } from '../../person.ts'
import { vmRequests } from '../../server/queries.ts'
import { PageHeading } from '../../shell/page-heading.tsx'
import { askedFor, myVmsFilter, type MyVmsFilter } from './my-vms-filter.ts'
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
      <Filters filter={filter} />
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

function Filters({ filter }: { filter: MyVmsFilter }) {
  const navigate = route.useNavigate()
  const everybody = readsEverything(usePerson()) ? 'Everybody’s' : 'My teams’'
  const change = (changes: Record<string, unknown>) =>
    void navigate({ search: myVmsFilter({ ...filter, ...changes }), replace: true })
  return (
    <div className="line" role="search" aria-label="VMs">
      <ToggleGroup aria-label="Whose VMs">
        <ToggleGroupItem text="Mine" isSelected={filter.whose === undefined} onChange={() => change({ whose: 0 })} />
        <ToggleGroupItem
          text={everybody}
          isSelected={filter.whose === 'all'}
          onChange={() => change({ whose: 'all' })}
        />
      </ToggleGroup>
      <ToggleGroup aria-label="Current or ended">
        <ToggleGroupItem text="Current" isSelected={filter.show === undefined} onChange={() => change({ show: 0 })} />
        <ToggleGroupItem text="Ended" isSelected={filter.show === 'ended'} onChange={() => change({ show: 'ended' })} />
      </ToggleGroup>
      <Search words={filter.q ?? ''} onSearch={(q) => change({ q })} />
    </div>
  )
}

/** Asks the server once the person pauses. */
function Search({ words, onSearch }: { words: string; onSearch: (words: string) => void }) {
  const [typed, setTyped] = useState(words)
  useEffect(() => {
    if (typed === words) return undefined
    const timer = setTimeout(() => onSearch(typed), 300)
    return () => clearTimeout(timer)
  }, [typed, words, onSearch])
  return (
    <SearchInput
      className="search"
      aria-label="Search VMs"
      placeholder="Name, purpose or address"
      value={typed}
      onChange={(_event, text) => setTyped(text)}
      onClear={() => setTyped('')}
    />
  )
}

function Nothing({ filter }: { filter: MyVmsFilter }) {
  const mayRequest = isDeveloper(usePerson())
  if (filter.q !== undefined) return <NothingHere words={`No VM matches “${filter.q}”.`} />
  if (filter.show === 'ended') return <NothingHere words="No VM has ended yet." />
  if (!mayRequest) return <NothingHere words="No VMs yet." />
  return (
    <NothingHere words="No VMs yet. Request one — most are ready in under a minute.">
      <LinkButton to={routes.requestVm}>Request a VM</LinkButton>
    </NothingHere>
  )
}

import { useQueryClient, type QueryClient, type QueryState } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { instantOf } from '@berth/domain/instant.ts'
import { Message } from '../parts/message.tsx'
import { mayPass, told } from '../server/problem.ts'
import { Moment } from '../time/moment.tsx'

/** Whatever the page shows and could not be read again: what is shown is older than it looks. */
export function OldNews() {
  const client = useQueryClient()
  const stale = useSyncExternalStore(
    (onChange) => client.getQueryCache().subscribe(onChange),
    () => oldest(client),
  )
  if (stale === undefined) return null
  return (
    <div className="old-news">
      <Message kind="warning" title={told(stale.error).title} live>
        What you see is as it was <Moment at={instantOf(stale.dataUpdatedAt)} />. It is asked for again by itself.
      </Message>
    </div>
  )
}

/** Pages that have nothing to show yet tell their trouble themselves. */
function oldest(client: QueryClient): QueryState | undefined {
  const stale = client
    .getQueryCache()
    .findAll({ type: 'active' })
    .map(({ state }) => state)
    .filter(({ status, data, error }) => status === 'error' && data !== undefined && mayPass(error))
  return stale.sort((a, b) => a.dataUpdatedAt - b.dataUpdatedAt)[0]
}

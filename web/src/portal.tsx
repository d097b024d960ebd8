import type { Me } from '@berth/contract/me.ts'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Outlet, useMatchRoute } from '@tanstack/react-router'
import { useCallback } from 'react'
import { SignedOutPage } from './pages/signed-out/signed-out-page.tsx'
import { PageSkeleton } from './parts/page-skeleton.tsx'
import { Trouble } from './parts/trouble.tsx'
import { routes } from './paths.ts'
import { isApprover, isDeveloper, isOperator, PersonContext, readsEverything } from './person.ts'
import { useLive } from './server/live.ts'
import { isSignedOut } from './server/problem.ts'
import { heldRequests, me, openApprovals } from './server/queries.ts'
import { announce } from './shell/announcements.tsx'
import type { Place } from './shell/navigation.tsx'
import { OldNews } from './shell/old-news.tsx'
import { PageHeading } from './shell/page-heading.tsx'
import { PersonMenu } from './shell/person-menu.tsx'
import { Shell } from './shell/shell.tsx'
import { stateSentence } from './words/state-sentence.ts'

/** Everything: the pages for who is signed in, else the way to sign in. */
export function Portal() {
  const { data: person, error, refetch } = useQuery(me)
  if (isSignedOut(error))
    return (
      <Shell>
        <SignedOutPage />
      </Shell>
    )
  if (person !== undefined) return <SignedIn person={person} />
  return (
    <Shell places={[]}>
      {error === null ? (
        <PageSkeleton />
      ) : (
        <>
          <PageHeading title="Berth" />
          <Trouble error={error} onRetry={() => void refetch()} />
        </>
      )}
    </Shell>
  )
}

function SignedIn({ person }: { person: Me }) {
  const matches = useMatchRoute()
  const onVmPage = matches({ to: routes.vm })
  const tell: Parameters<typeof useLive>[1] = useCallback(
    ({ before, now }) => {
      if (before === undefined || before.state === now.state) return
      if (now.ownerId !== person.userId && !location.pathname.endsWith(now.id)) return
      const reader = { userId: person.userId, isOperator: isOperator(person) }
      announce(`${now.vmName}: ${stateSentence(now, new Date().toISOString(), reader)}`)
    },
    [person],
  )
  useLive(onVmPage === false ? undefined : onVmPage.requestId, tell)
  return (
    <PersonContext value={person}>
      <Shell places={usePlaces(person)} person={<PersonMenu person={person} />}>
        <Outlet />
        <OldNews />
      </Shell>
    </PersonContext>
  )
}

/** A VM's page follows only its own request, so the counts beside it are asked for now and then. */
const countsMilliseconds = 30_000

function usePlaces(person: Me): Place[] {
  const operates = readsEverything(person)
  // A row can name anybody as approver, with that role or without.
  const waiting = useQuery({ ...openApprovals, refetchInterval: countsMilliseconds }).data?.items.length ?? 0
  const held =
    useInfiniteQuery({ ...heldRequests, enabled: operates, refetchInterval: countsMilliseconds }).data?.pages[0]?.items
      .length ?? 0
  return [
    { to: routes.myVms, words: 'My VMs' },
    ...(isDeveloper(person) ? [{ to: routes.requestVm, words: 'Request a VM' }] : []),
    ...(isApprover(person) || waiting > 0
      ? [{ to: routes.approvals, words: 'Approvals', count: { number: waiting, meaning: 'waiting for you' } }]
      : []),
    ...(operates ? [{ to: routes.operations, words: 'Operations', count: { number: held, meaning: 'held' } }] : []),
    { to: routes.sites, words: 'Sites' },
  ]
}

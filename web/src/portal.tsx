import type { Me } from '@berth/contract/me.ts'
import { useQuery } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { useCallback } from 'react'
import { SignedOutPage } from './pages/signed-out/signed-out-page.tsx'
import { PageSkeleton } from './parts/page-skeleton.tsx'
import { Trouble } from './parts/trouble.tsx'
import { routes } from './paths.ts'
import { isApprover, isDeveloper, isOperator, PersonContext, readsEverything } from './person.ts'
import { useLive } from './server/live.ts'
import { isSignedOut } from './server/problem.ts'
import { holdGroups, me, openApprovals } from './server/queries.ts'
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
  const tell: Parameters<typeof useLive>[0] = useCallback(
    ({ before, now }) => {
      if (before === undefined || (before.state === now.state && before.intent === now.intent)) return
      if (now.ownerId !== person.userId && !location.pathname.endsWith(now.id)) return
      const reader = { userId: person.userId, isOperator: isOperator(person) }
      announce(`${now.vmName}: ${stateSentence(now, new Date().toISOString(), reader)}`)
    },
    [person],
  )
  useLive(tell)
  return (
    <PersonContext value={person}>
      <Shell places={usePlaces(person)} person={<PersonMenu person={person} />}>
        <Outlet />
        <OldNews />
      </Shell>
    </PersonContext>
  )
}

/** Events bring what changes; this notices where they silently stopped. */
const countsMilliseconds = 30_000

function usePlaces(person: Me): Place[] {
  const operates = readsEverything(person)
  // A row can name anybody as approver, with that role or without.
  const waiting = useQuery({ ...openApprovals, refetchInterval: countsMilliseconds }).data
  const held = useQuery({ ...holdGroups, enabled: operates, refetchInterval: countsMilliseconds }).data
  const toApprove = waiting?.items.length ?? 0
  return [
    { to: routes.myVms, words: 'My VMs' },
    ...(isDeveloper(person) ? [{ to: routes.requestVm, words: 'Request a VM' }] : []),
    ...(isApprover(person) || toApprove > 0
      ? [
          {
            to: routes.approvals,
            words: 'Approvals',
            count: { number: toApprove, isMore: waiting?.nextCursor != null, meaning: 'waiting for you' },
          },
        ]
      : []),
    ...(operates
      ? [
          {
            to: routes.operations,
            words: 'Operations',
            count: {
              number: (held?.items ?? []).reduce((sum, { requests }) => sum + requests, 0),
              isMore: held?.nextCursor != null,
              meaning: 'held',
            },
          },
        ]
      : []),
    { to: routes.sites, words: 'Sites' },
  ]
}

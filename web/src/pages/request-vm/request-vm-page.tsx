import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { NothingHere } from '../../parts/nothing-here.tsx'
import { ContentSkeleton } from '../../parts/page-skeleton.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { routes } from '../../paths.ts'
import { catalogItems } from '../../server/queries.ts'
import { PageHeading } from '../../shell/page-heading.tsx'
import { CatalogCards } from './catalog-cards.tsx'
import { RequestForm } from './request-form.tsx'

const route = getRouteApi(routes.requestVm)

/** What can I have, and what will come of it if I ask for it? */
export function RequestVmPage() {
  const { data, error, refetch } = useQuery(catalogItems)
  const chosenId = route.useSearch().item
  const navigate = route.useNavigate()
  const items = data?.items
  const chosen = items?.find(({ id }) => id === chosenId)
  return (
    <div className="stack">
      <PageHeading title="Request a VM" />
      {items === undefined && error !== null && <Trouble error={error} onRetry={() => void refetch()} />}
      {items === undefined && error === null && <ContentSkeleton />}
      {items?.length === 0 && <NothingHere words="Nothing is offered yet. Ask an administrator for a catalog item." />}
      {items !== undefined && items.length > 0 && (
        <CatalogCards
          items={items}
          chosenId={chosen?.id}
          onChoose={(item) => void navigate({ search: { item }, replace: true, resetScroll: false })}
        />
      )}
      {items !== undefined && items.length > 0 && chosen === undefined && (
        <p className="subtle">Choose one; size, lease and the rest follow here.</p>
      )}
      {chosen !== undefined && <RequestForm key={chosen.id} item={chosen} />}
    </div>
  )
}

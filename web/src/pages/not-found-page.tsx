import { LinkButton } from '../parts/link-button.tsx'
import { NothingHere } from '../parts/nothing-here.tsx'
import { routes } from '../paths.ts'
import { PageHeading } from '../shell/page-heading.tsx'

export function NotFoundPage() {
  return (
    <div className="stack">
      <PageHeading title="Not found" />
      <NothingHere words="There is no such page, or it is not visible to you.">
        <LinkButton to={routes.home}>Go to the start</LinkButton>
      </NothingHere>
    </div>
  )
}

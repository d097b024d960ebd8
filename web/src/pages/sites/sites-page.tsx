import { PageHeading } from '../../shell/page-heading.tsx'
import { SiteList } from './site-list.tsx'

/** Where can VMs be built, and is somebody there? */
export function SitesPage() {
  return (
    <div className="stack">
      <PageHeading title="Sites" />
      <SiteList />
    </div>
  )
}

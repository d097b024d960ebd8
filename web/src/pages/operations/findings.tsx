import { Skeleton, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Trouble } from '../../parts/trouble.tsx'
import { routes } from '../../paths.ts'
import { findings, mostFindings } from '../../server/queries.ts'
import {
  countsOf,
  findingGroups,
  findingViews,
  matching,
  viewWords,
  type FindingsFilter,
} from '../../words/finding-groups.ts'
import type { FindingEntry } from '@berth/contract/operations.ts'
import { FindingGroupPanel } from './finding-group.tsx'

const route = getRouteApi(routes.operations)

/** Where the record and vCenter differ, and what to do about it. */
export function Findings() {
  const { data, error, refetch } = useQuery(findings)
  const filter = route.useSearch()
  if (data === undefined)
    return error === null ? (
      <Skeleton height="4rem" screenreaderText="Loading" />
    ) : (
      <Trouble error={error} onRetry={() => void refetch()} />
    )
  if (data.items.length === 0) return <p className="subtle">The record and vCenter agree.</p>
  const shown = matching(data.items, filter)
  return (
    <>
      <Filters all={data.items} filter={filter} />
      {data.nextCursor !== null && (
        <p className="subtle">The {mostFindings} most pressing are shown; settle some to see more.</p>
      )}
      {shown.length === 0 && <p className="subtle">Nothing of this.</p>}
      {findingGroups(shown).map((group) => (
        <FindingGroupPanel key={`${group.kind} ${group.isRepaired}`} group={group} />
      ))}
    </>
  )
}

function Filters({ all, filter }: { all: FindingEntry[]; filter: FindingsFilter }) {
  const navigate = route.useNavigate()
  const choose = (changes: { findings?: FindingsFilter['findings'] | undefined; site?: string | undefined }) => {
    const { findings: view, site } = { ...filter, ...changes }
    void navigate({
      search: { ...(view === undefined ? {} : { findings: view }), ...(site === undefined ? {} : { site }) },
      replace: true,
      resetScroll: false,
    })
  }
  const sites = [...new Set(all.map(({ siteId }) => siteId))].sort()
  const counts = countsOf(matching(all, filter.site === undefined ? {} : { site: filter.site }))
  const views = findingViews.filter((view) => counts[view] > 0 || view === filter.findings)
  return (
    <div className="line" role="search" aria-label="Findings">
      <ToggleGroup aria-label="How pressing" className="toggles">
        <ToggleGroupItem
          text="All"
          isSelected={filter.findings === undefined}
          onChange={() => choose({ findings: undefined })}
        />
        {views.map((view) => (
          <ToggleGroupItem
            key={view}
            text={`${viewWords[view]} · ${counts[view]}`}
            isSelected={filter.findings === view}
            onChange={() => choose({ findings: view })}
          />
        ))}
      </ToggleGroup>
      {(sites.length > 1 || filter.site !== undefined) && (
        <ToggleGroup aria-label="Site" className="toggles">
          <ToggleGroupItem
            text="All sites"
            isSelected={filter.site === undefined}
            onChange={() => choose({ site: undefined })}
          />
          {sites.map((site) => (
            <ToggleGroupItem
              key={site}
              text={site}
              isSelected={filter.site === site}
              onChange={() => choose({ site })}
            />
          ))}
        </ToggleGroup>
      )}
    </div>
  )
}

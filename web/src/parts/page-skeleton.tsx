import { Skeleton } from '@patternfly/react-core'

/** The shape of a page that is on its way. */
export function PageSkeleton() {
  return (
    <div className="stack" aria-busy="true">
      <Skeleton width="14rem" height="2rem" screenreaderText="The page is loading" />
      <Skeleton height="4rem" />
      <Skeleton height="4rem" />
      <Skeleton height="4rem" />
    </div>
  )
}

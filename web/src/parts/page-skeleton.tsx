import { Skeleton } from '@patternfly/react-core'

/** The shape of a page that is on its way. */
export function PageSkeleton() {
  return (
    <div className="stack" aria-busy="true">
      <Skeleton width="14rem" height="2rem" />
      <ContentSkeleton />
    </div>
  )
}

/** The shape of what stands below a heading. */
export function ContentSkeleton() {
  return (
    <div className="stack" aria-busy="true">
      <Skeleton height="4rem" screenreaderText="Loading" />
      <Skeleton height="4rem" />
      <Skeleton height="4rem" />
    </div>
  )
}

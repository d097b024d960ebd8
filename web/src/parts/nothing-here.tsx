import { css } from '@patternfly/react-styles'
import styles from '@patternfly/react-styles/css/components/EmptyState/empty-state.mjs'
import type { ReactNode } from 'react'

/** An empty place that says what to do. */
export function NothingHere({ words, children }: { words: string; children?: ReactNode }) {
  return (
    <div className={css(styles.emptyState)}>
      <div className={styles.emptyStateContent}>
        <p className={styles.emptyStateBody}>{words}</p>
        {children !== undefined && <div className={styles.emptyStateFooter}>{children}</div>}
      </div>
    </div>
  )
}

import type { VmRequestState } from '@berth/domain/vm-request.ts'
import { css } from '@patternfly/react-styles'
import styles from '@patternfly/react-styles/css/components/Label/label.mjs'
import { stateLooks } from '../words/state-look.ts'

const { blue, green, orange, red } = styles.modifiers
const modifiers = { blue, green, orange, red, grey: '' }

export function StateBadge({ state }: { state: VmRequestState }) {
  const { badge, colour } = stateLooks[state]
  return (
    <span className={css(styles.label, modifiers[colour])}>
      <span className={styles.labelContent}>
        <span className={styles.labelText}>{badge}</span>
      </span>
    </span>
  )
}

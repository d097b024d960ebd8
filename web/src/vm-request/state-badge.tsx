import type { VmRequest } from '@berth/contract/vm-request.ts'
import { css } from '@patternfly/react-styles'
import styles from '@patternfly/react-styles/css/components/Label/label.mjs'
import { lookOf } from '../words/state-look.ts'

const { blue, green, orange, red } = styles.modifiers
const modifiers = { blue, green, orange, red, grey: '' }

export function StateBadge({ request }: { request: Pick<VmRequest, 'state' | 'intent'> }) {
  const { badge, colour } = lookOf(request)
  return (
    <span className={css(styles.label, modifiers[colour])}>
      <span className={styles.labelContent}>
        <span className={styles.labelText}>{badge}</span>
      </span>
    </span>
  )
}

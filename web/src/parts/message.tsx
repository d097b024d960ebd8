import styles from '@patternfly/react-styles/css/components/Alert/alert.mjs'
import { css } from '@patternfly/react-styles'
import CheckIcon from '@patternfly/react-icons/dist/esm/icons/rh-ui-check-circle-fill-icon'
import ErrorIcon from '@patternfly/react-icons/dist/esm/icons/rh-ui-error-fill-icon'
import InformationIcon from '@patternfly/react-icons/dist/esm/icons/rh-ui-information-fill-icon'
import WarningIcon from '@patternfly/react-icons/dist/esm/icons/rh-ui-warning-fill-icon'
import type { ComponentType, ReactNode } from 'react'

const kinds = {
  done: { modifier: styles.modifiers.success, Icon: CheckIcon, spoken: 'Done' },
  note: { modifier: styles.modifiers.info, Icon: InformationIcon, spoken: 'Note' },
  warning: { modifier: styles.modifiers.warning, Icon: WarningIcon, spoken: 'Warning' },
  error: { modifier: styles.modifiers.danger, Icon: ErrorIcon, spoken: 'Error' },
} satisfies Record<string, { modifier: string; Icon: ComponentType; spoken: string }>

interface Props {
  kind: keyof typeof kinds
  title: ReactNode
  children?: ReactNode
  actions?: ReactNode
  /** Read out when it appears after something the person did. */
  live?: boolean
}

/** PatternFly's inline alert, without the parts of its component that hide or shorten words. */
export function Message({ kind, title, children, actions, live = false }: Props) {
  const { modifier, Icon, spoken } = kinds[kind]
  const role = live ? { role: kind === 'error' ? 'alert' : 'status' } : {}
  return (
    <div className={css(styles.alert, styles.modifiers.inline, modifier)} {...role}>
      <div className={styles.alertIcon}>
        <Icon />
      </div>
      <p className={styles.alertTitle}>
        <span className="pf-v6-screen-reader">{spoken}: </span>
        {title}
      </p>
      {children !== undefined && <div className={styles.alertDescription}>{children}</div>}
      {actions !== undefined && <div className={styles.alertActionGroup}>{actions}</div>}
    </div>
  )
}

import { css } from '@patternfly/react-styles'
import styles from '@patternfly/react-styles/css/components/Button/button.mjs'
import { createLink } from '@tanstack/react-router'
import type { ComponentProps } from 'react'

function Anchor({ className, children, ...rest }: ComponentProps<'a'>) {
  return (
    <a {...rest} className={css(styles.button, styles.modifiers.primary, className)}>
      <span className={styles.buttonText}>{children}</span>
    </a>
  )
}

/** A link to another page that looks like the page's main button. */
export const LinkButton = createLink(Anchor)

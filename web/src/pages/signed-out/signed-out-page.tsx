import { css } from '@patternfly/react-styles'
import styles from '@patternfly/react-styles/css/components/Button/button.mjs'
import { paths } from '../../paths.ts'
import { PageHeading } from '../../shell/page-heading.tsx'

/** A link and not a button of the router: signing in leaves the portal and comes back to the same page. */
export function SignedOutPage() {
  const { pathname, search } = location
  return (
    <div className="signed-out stack">
      <PageHeading title="Sign in to Berth" />
      <p className="subtle">Virtual machines on the company’s vSphere, in minutes and for as long as you need them.</p>
      <div>
        <a
          className={css(styles.button, styles.modifiers.primary, styles.modifiers.displayLg)}
          href={paths.signIn(`${pathname}${search}`)}
        >
          <span className={styles.buttonText}>Sign in</span>
        </a>
      </div>
    </div>
  )
}

import navStyles from '@patternfly/react-styles/css/components/Nav/nav.mjs'
import { Link } from '@tanstack/react-router'
import type { routes } from '../paths.ts'

interface Place {
  to: (typeof routes)[keyof typeof routes]
  words: string
  /** What waits there for this person. */
  count?: { number: number; isMore: boolean; meaning: string }
}

/** The pages as links; the router marks the present one for eyes and for screen readers. */
export function Navigation({ places, onLeave }: { places: Place[]; onLeave: () => void }) {
  return (
    <nav className={navStyles.nav} aria-label="Pages">
      <ul className={navStyles.navList} role="list">
        {places.map(({ to, words, count }) => (
          <li key={to} className={navStyles.navItem}>
            <Link
              to={to}
              className={navStyles.navLink}
              activeProps={{ className: navStyles.modifiers.current, 'aria-current': 'page' }}
              onClick={onLeave}
            >
              <span className={navStyles.navLinkText}>{words}</span>
              {count !== undefined && count.number > 0 && (
                <span className="nav-count">
                  {count.number}
                  {count.isMore && '+'}
                  <span className="pf-v6-screen-reader"> {count.meaning}</span>
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

export type { Place }

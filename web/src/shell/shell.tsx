import { Button, SkipToContent } from '@patternfly/react-core'
import BarsIcon from '@patternfly/react-icons/dist/esm/icons/bars-icon'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { paths } from '../paths.ts'
import { Announcements } from './announcements.tsx'
import { keepFocus } from './keep-focus.ts'
import { Navigation, type Place } from './navigation.tsx'
import { ThemeSwitch } from './theme-switch.tsx'

interface Props {
  /** Absent: there is no navigation; empty: it is not known yet, and its place is kept. */
  places?: Place[]
  person?: ReactNode
  children: ReactNode
}

/** What surrounds every page: masthead, navigation (folded below 768 px), the way past both, and the live region. */
export function Shell({ places, person, children }: Props) {
  const [isOpen, setOpen] = useState(false)
  const toggle = useRef<HTMLButtonElement>(null)
  const page = useRef<HTMLElement>(null)
  useEffect(() => (page.current === null ? undefined : keepFocus(page.current)), [])
  const closeOnEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !isOpen) return
    setOpen(false)
    toggle.current?.focus()
  }
  return (
    <div className="shell" onKeyDown={closeOnEscape}>
      <SkipToContent href="#main">Skip to content</SkipToContent>
      <header className="masthead">
        {places !== undefined && (
          <Button
            ref={toggle}
            className="masthead-toggle"
            variant="plain"
            aria-label="Pages"
            aria-expanded={isOpen}
            aria-controls="navigation"
            icon={<BarsIcon />}
            onClick={() => setOpen(!isOpen)}
          />
        )}
        <Link to={paths.home()} className="masthead-name">
          <Mark />
          Berth
        </Link>
        <div className="masthead-end">
          <ThemeSwitch />
          {person}
        </div>
      </header>
      {places !== undefined && (
        <div id="navigation" className={isOpen ? 'navigation navigation-open' : 'navigation'}>
          <Navigation places={places} onLeave={() => setOpen(false)} />
        </div>
      )}
      <main id="main" ref={page} tabIndex={-1} className="page">
        {children}
      </main>
      <Announcements />
    </div>
  )
}

/** A bollard, where ships are made fast. */
const Mark = () => (
  <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" fill="currentColor">
    <path d="M5 3h14a2 2 0 0 1 0 4h-3v9h3a2 2 0 0 1 2 2v3H3v-3a2 2 0 0 1 2-2h3V7H5a2 2 0 0 1 0-4z" />
  </svg>
)

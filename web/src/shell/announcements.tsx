import { useSyncExternalStore } from 'react'

let said = ''
const listeners = new Set<() => void>()

/** Tells people who cannot see the page what changed on it. The same words twice in a row are said once. */
export function announce(words: string) {
  if (words === said) return
  said = words
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function Announcements() {
  const words = useSyncExternalStore(subscribe, () => said)
  return (
    <div className="pf-v6-screen-reader" role="status" aria-live="polite" data-testid="announcements">
      {words}
    </div>
  )
}

import type { KeyboardEvent } from 'react'

/**
 * A letter presses the button within that names it by `aria-keyshortcuts`, while nobody types. Only where the focus is
 * within: a single letter must not act for somebody who is elsewhere on the page.
 */
export function pressByKey(event: KeyboardEvent<HTMLElement>) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat || !/^[a-z]$/i.test(event.key)) return
  if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, form') !== null) return
  const named = `button[aria-keyshortcuts="${event.key.toUpperCase()}"]:not([aria-disabled="true"])`
  const button = event.currentTarget.querySelector<HTMLElement>(named)
  if (button === null) return
  event.preventDefault()
  button.click()
}

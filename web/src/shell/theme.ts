import { useSyncExternalStore } from 'react'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const storageKey = 'berth.theme'
const darkClass = 'pf-v6-theme-dark'
const systemIsDark = window.matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

let theme: Theme = remembered()

function remembered(): Theme {
  const stored = localStorage.getItem(storageKey)
  return themes.find((known) => known === stored) ?? 'system'
}

function show() {
  const dark = theme === 'dark' || (theme === 'system' && systemIsDark.matches)
  document.documentElement.classList.toggle(darkClass, dark)
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light'
}

/** Shows the remembered theme and follows the system from now on. */
export function startTheme() {
  show()
  systemIsDark.addEventListener('change', show)
}

export function chooseTheme(chosen: Theme) {
  theme = chosen
  localStorage.setItem(storageKey, chosen)
  show()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useTheme = (): Theme => useSyncExternalStore(subscribe, () => theme)

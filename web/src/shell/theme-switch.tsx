import { Button } from '@patternfly/react-core'
import AdjustIcon from '@patternfly/react-icons/dist/esm/icons/adjust-icon'
import MoonIcon from '@patternfly/react-icons/dist/esm/icons/moon-icon'
import SunIcon from '@patternfly/react-icons/dist/esm/icons/sun-icon'
import type { ComponentType } from 'react'
import { chooseTheme, themes, useTheme, type Theme } from './theme.ts'

const looks: Record<Theme, { Icon: ComponentType; words: string }> = {
  system: { Icon: AdjustIcon, words: 'as the system' },
  light: { Icon: SunIcon, words: 'light' },
  dark: { Icon: MoonIcon, words: 'dark' },
}

/** One button that goes round: system, light, dark. */
export function ThemeSwitch() {
  const theme = useTheme()
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  const { Icon, words } = looks[theme]
  const label = `Theme: ${words}. Change to ${looks[next].words}`
  return <Button variant="plain" aria-label={label} title={label} icon={<Icon />} onClick={() => chooseTheme(next)} />
}

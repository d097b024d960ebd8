import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Portal } from '@berth/testing/portal-driver.ts'

const folder = path.join(import.meta.dirname, 'screenshots')

const colourRules = ['color-contrast', 'link-in-text-block']

/**
 * Looks at the page as it is, light and dark: answers what is not accessible on it, and leaves a picture of each for
 * people to look at.
 */
export async function looksRight(portal: Portal, name: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const { page } = portal
  const found: string[] = []
  await page.evaluate(() => window.scrollTo(0, 0))
  for (const colorScheme of ['light', 'dark'] as const) {
    await portal.showIn(colorScheme)
    await page.screenshot({
      path: path.join(folder, `${name}-${colorScheme}.png`),
      fullPage: true,
      animations: 'disabled',
    })
    const axe = new AxeBuilder({ page }).setLegacyMode()
    // Dark, only colours are another.
    const { violations } = await (colorScheme === 'dark' ? axe.withRules(colourRules) : axe).analyze()
    for (const { id, help, nodes } of violations)
      found.push(
        `${name}, ${colorScheme}: ${id} (${help}) at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
      )
  }
  await portal.showIn('light')
  return found
}

import type { Portal } from '@berth/testing/portal-driver.ts'

interface Witness {
  words: string[]
}

/** From now on the page itself notes every badge and sentence of its VM; a reload would lose the notes. */
export async function watchWords({ page }: Portal): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const witness: Witness = { words: [] }
    const look = () => {
      const words = document.querySelector('main h1')?.closest('.stack')?.textContent ?? ''
      if (witness.words.at(-1) !== words) witness.words.push(words)
    }
    look()
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
    ;(window as unknown as { witness: Witness }).witness = witness
  })
  return () => page.evaluate(() => (window as unknown as { witness: Witness }).witness.words)
}

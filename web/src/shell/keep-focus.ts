/**
 * When what has the focus is taken off the page, as a button is that did its work, the browser drops the focus. It goes to the
 * heading of the section instead, or of the page: whoever works by keys or listens goes on from there.
 */
export function keepFocus(page: HTMLElement): () => void {
  let focused: HTMLElement | undefined
  /** The parts that it was in, the innermost first. */
  let around: Element[] = []
  const note = ({ target }: FocusEvent) => {
    if (!(target instanceof HTMLElement)) return
    focused = target
    around = ancestors(target).filter((element) => element.matches('section'))
  }
  const giveBack = () => {
    if (focused === undefined || focused.isConnected || document.activeElement !== document.body) return
    focused = undefined
    const section = around.find((element) => element.isConnected)
    const heading = section?.querySelector<HTMLElement>('h2, h3') ?? page.querySelector('h1')
    if (heading === null) return
    heading.tabIndex = -1
    heading.focus({ preventScroll: true })
  }
  const observer = new MutationObserver(giveBack)
  page.addEventListener('focusin', note)
  observer.observe(page, { childList: true, subtree: true })
  return () => {
    page.removeEventListener('focusin', note)
    observer.disconnect()
  }
}

function ancestors(element: Element): Element[] {
  const { parentElement } = element
  return parentElement === null ? [] : [parentElement, ...ancestors(parentElement)]
}

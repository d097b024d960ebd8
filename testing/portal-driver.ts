import { chromium, type Browser, type Locator, type Page } from 'playwright-core'
import { until } from './until.ts'

/** What a person fills into the form of a VM request, by the words on the page. */
export interface Wish {
  item: string
  size: string
  /** A quick choice such as `1 hour`, or another number of minutes. */
  lease: string | { minutes: number }
  purpose: string
  sshPublicKey: string
}

export type Place = 'Home' | 'My VMs' | 'Request a VM' | 'Approvals' | 'Operations' | 'Sites'

export interface PersonAtPortal {
  username: string
  password: string
}

/** A headless Chromium; `executable` is its path. */
export const openBrowser = (executable: string): Promise<Browser> =>
  chromium.launch({ executablePath: executable, args: ['--no-sandbox', '--disable-dev-shm-usage'] })

/** One person's browser window, driven by what people see: labels, buttons, headings. */
export class Portal {
  readonly page: Page
  /** What the page's scripts complained about. */
  readonly complaints: string[] = []
  readonly #portalUrl: string

  private constructor(page: Page, portalUrl: string) {
    this.page = page
    this.#portalUrl = portalUrl
    page.setDefaultTimeout(20_000)
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('console', (message) => {
      // Chromium itself reports each answer of the server that is not 2xx; the page deals with those.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.complaints.push(message.text())
    })
  }

  /** Signs in at the identity provider's page and ends on `path`. */
  static async signIn(
    browser: Browser,
    portalUrl: string,
    { username, password }: PersonAtPortal,
    path = '/',
  ): Promise<Portal> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      colorScheme: 'light',
      reducedMotion: 'reduce',
      locale: 'en-GB',
    })
    const portal = new Portal(await context.newPage(), portalUrl)
    await portal.page.goto(`${portalUrl}${path}`)
    await portal.page.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
    await portal.page.getByLabel('Username').fill(username)
    await portal.page.getByLabel('Password').fill(password)
    await portal.page.getByRole('button', { name: 'Sign in' }).click()
    await portal.page.getByRole('navigation', { name: 'Pages' }).waitFor()
    return portal
  }

  async goTo(place: Place): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: place }).click()
    await this.heading(place).waitFor()
  }

  async openVm(requestId: string): Promise<void> {
    await this.page.goto(`${this.#portalUrl}/vms/${requestId}`)
    await this.region('Timeline').waitFor()
  }

  /** Fills in the form; nothing is sent yet. */
  async fillIn({ item, size, lease, purpose, sshPublicKey }: Wish): Promise<void> {
    const { page } = this
    await page.getByRole('group', { name: 'Catalog item' }).getByRole('radio', { name: item }).first().check()
    await page.getByRole('group', { name: 'Size' }).getByRole('radio', { name: size }).check()
    const leases = page.getByRole('group', { name: 'Lease' }).last()
    if (typeof lease === 'string') await leases.getByRole('button', { name: lease, exact: true }).click()
    else {
      await leases.getByRole('button', { name: 'Other' }).click()
      await page.getByLabel('Unit').selectOption('minutes')
      await page.getByLabel('Length').fill(String(lease.minutes))
    }
    await page.getByLabel('Purpose').fill(purpose)
    const another = page.getByRole('radio', { name: 'Another key' })
    if ((await another.count()) > 0) await another.check()
    await page.getByLabel('SSH public key').fill(sshPublicKey)
  }

  /** Sends the form; answers the id of the request whose page it leads to. */
  async requestVm(): Promise<string> {
    await this.page.getByRole('button', { name: 'Request VM' }).click()
    await this.region('Timeline').waitFor()
    return new URL(this.page.url()).pathname.split('/').at(-1) ?? ''
  }

  /** A button that first says what it will do, and then does it. */
  async confirm(action: string, reason?: string, within: Locator = this.page.getByRole('main')): Promise<void> {
    await within.getByRole('button', { name: action, exact: true }).click()
    const panel = within.getByRole('form', { name: action, exact: true })
    if (reason !== undefined) await panel.getByRole('textbox').fill(reason)
    await panel.getByRole('button', { name: `${action} now` }).click()
  }

  async decide(vmName: string, answer: 'Approve' | { declineBecause: string }): Promise<void> {
    await this.page.getByRole('button', { name: vmName }).click()
    if (answer === 'Approve') await this.page.getByRole('button', { name: 'Approve', exact: true }).click()
    else await this.confirm('Decline', answer.declineBecause)
  }

  async extend(choice: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Extend', exact: true }).click()
    await this.page.getByRole('group', { name: 'Extend by' }).getByRole('button', { name: choice }).click()
  }

  /** The entry of a held request on the page Operations. */
  held(vmName: string): Locator {
    return this.page.getByRole('article', { name: vmName })
  }

  /** As it stands on a VM's page, once the VM is handed over. */
  sshLine(): Promise<string> {
    return this.page.getByText(/^ssh /).innerText()
  }

  heading(name: string): Locator {
    return this.page.getByRole('heading', { level: 1, name })
  }

  region(name: string): Locator {
    return this.page.getByRole('region', { name, exact: true })
  }

  /** Resolves when the page's badge says so; the page is not loaded again. */
  async showsState(badge: string, withinSeconds = 60): Promise<void> {
    await this.stateBadge(badge).waitFor({ timeout: withinSeconds * 1_000 })
  }

  stateBadge(badge: string): Locator {
    return this.page.getByRole('main').getByText(badge, { exact: true }).first()
  }

  /** As if the person's system changed its colours; resolves when the page shows them and nothing fades any more. */
  async showIn(colorScheme: 'light' | 'dark'): Promise<void> {
    await this.page.emulateMedia({ colorScheme })
    // Not waitForFunction: the page's content security policy forbids what it does.
    const isShown = `document.documentElement.style.colorScheme === '${colorScheme}' &&
      !document.getAnimations().some((one) => one instanceof CSSTransition && one.playState === 'running')`
    await until(`the page to be ${colorScheme}`, () => this.page.evaluate<boolean>(isShown))
  }

  async close(): Promise<void> {
    await this.page.context().close()
  }
}

/** As much of a browser as signing in needs: cookies for each origin, and redirects that the test follows itself. */
export class Browser {
  readonly #origin: string
  readonly #cookies = new Map<string, Map<string, string>>()
  #setCookies: string[] = []

  /** `origin` is where paths are taken from. */
  constructor(origin: string) {
    this.#origin = origin
  }

  get(url: string): Promise<Response> {
    return this.send(url, {})
  }

  /** As the portal's own pages send it. */
  post(url: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(url, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin', origin: this.#origin, ...headers },
    })
  }

  async send(url: string, init: RequestInit): Promise<Response> {
    const target = new URL(url, this.#origin)
    const jar = this.#jarOf(target.origin)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(init.headers as Record<string, string>), ...(cookie === '' ? {} : { cookie }) }
    const response = await fetch(target, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
      this.#setCookies.push(line)
    }
    return response
  }

  cookie(name: string): string | undefined {
    return this.#jarOf(this.#origin).get(name)
  }

  plant(name: string, value: string): void {
    this.#jarOf(this.#origin).set(name, value)
  }

  lastSetCookie(name: string): string | undefined {
    return this.#setCookies.findLast((line) => line.startsWith(`${name}=`))
  }

  #jarOf(origin: string): Map<string, string> {
    const jar = this.#cookies.get(origin) ?? new Map<string, string>()
    this.#cookies.set(origin, jar)
    return jar
  }
}

/** Waits until an address has stayed the same for a while. */
export interface Settling {
  /** The address that stayed. */
  settled: Promise<string>
  /** The address now; undefined when there is none any more. */
  see(address: string | undefined): void
  seen(): string | undefined
  stop(): void
}

export function startSettling(settleSeconds: number): Settling {
  const { promise: settled, resolve } = Promise.withResolvers<string>()
  let current: string | undefined
  let timer: NodeJS.Timeout | undefined
  return {
    settled,
    seen: () => current,
    see(address) {
      if (address === current) return
      clearTimeout(timer)
      current = address
      if (address === undefined) return
      if (settleSeconds <= 0) resolve(address)
      else timer = setTimeout(() => resolve(address), settleSeconds * 1000)
    },
    stop: () => clearTimeout(timer),
  }
}

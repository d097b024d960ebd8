/** Waits until an address has stayed the same for a while. */
export interface Settling {
  /** The address now; undefined when there is none any more. */
  see(address: string | undefined): void
  seen(): string | undefined
  stop(): void
}

/** Tells `settled` the address that stayed. */
export function startSettling(settleSeconds: number, settled: (address: string) => void): Settling {
  let current: string | undefined
  let timer: NodeJS.Timeout | undefined
  return {
    seen: () => current,
    see(address) {
      if (address === current) return
      clearTimeout(timer)
      current = address
      if (address === undefined) return
      if (settleSeconds <= 0) settled(address)
      else timer = setTimeout(() => settled(address), settleSeconds * 1000)
    },
    stop: () => clearTimeout(timer),
  }
}

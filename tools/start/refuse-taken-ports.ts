import net from 'node:net'
import { Refusal } from '../refusal.ts'

/** Says which port is taken before anything is started, in the words of what wants it. */
export async function refuseTakenPorts(wanted: Record<string, number>): Promise<void> {
  for (const [purpose, port] of Object.entries(wanted)) {
    if (!(await isFree(port)))
      throw new Refusal(
        `Port ${port} (${purpose}) is taken by another process: stop it, or start Berth with another BERTH_PORT_BASE.`,
      )
  }
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer()
    probe.on('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
  })
}

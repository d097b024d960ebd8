import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'

/** The only way to the simulator for everybody else. Closed, it refuses connections as a vCenter that is down does. */
export interface PublicPort {
  open(): Promise<void>
  /** Also ends every connection under way, at once. */
  close(): void
}

/** `onTraffic` is called whenever the simulator has answered somebody: something may have changed. */
export function publicPort(port: number, simulatorUrl: string, onTraffic: () => void): PublicPort {
  const { hostname, port: simulatorPort } = new URL(simulatorUrl)
  const sockets = new Set<Socket>()
  let server: Server | undefined

  const forward = (client: Socket) => {
    const simulator = connect({ host: hostname, port: Number(simulatorPort) })
    for (const [one, other] of [
      [client, simulator],
      [simulator, client],
    ] as const) {
      sockets.add(one)
      one.setNoDelay(true)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
    simulator.on('data', onTraffic)
  }

  return {
    async open() {
      server = createServer(forward)
      await once(server.listen(port, '127.0.0.1'), 'listening')
    },
    close() {
      server?.close()
      server = undefined
      for (const socket of sockets) socket.destroy()
    },
  }
}

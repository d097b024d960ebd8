import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** A line between one process and one server, that can be cut. */
export interface TcpLine {
  port: number
  /** Ends all connections and refuses new ones, as a server that is down does. */
  cut(): void
  /** Nothing passes and nothing ends, as on a network that is partitioned. */
  hold(): void
  /** Each piece of what is sent arrives so much later. */
  slow(seconds: number): void
  /** As if nothing had been; what was held arrives now. */
  mend(): void
  stop(): Promise<void>
}

/** Looks at a piece of what passes before it does; false ends the connection instead. */
export type Tap = (from: 'client' | 'server', piece: Buffer) => Promise<boolean>

interface Target {
  host: string
  port: number
}

/** `tapOf` makes the tap of one connection. */
export async function tcpLine(target: Target, tapOf?: () => Tap): Promise<TcpLine> {
  const sockets = new Set<Socket>()
  let isCut = false
  let delaySeconds = 0
  let mended: Promise<void> | undefined
  let release = () => {}

  const passes = async (tap: Tap | undefined, from: 'client' | 'server', piece: Buffer): Promise<boolean> => {
    if (delaySeconds > 0) await pause(delaySeconds * 1_000)
    await mended
    return (await tap?.(from, piece)) ?? true
  }
  const server = createServer({ noDelay: true }, (client) => {
    if (isCut) return void client.destroy()
    const upstream = connect({ ...target, noDelay: true })
    const tap = tapOf?.()
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    void pump(client, upstream, (piece) => passes(tap, 'client', piece))
    void pump(upstream, client, (piece) => passes(tap, 'server', piece))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const endAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true
      endAll()
    },
    hold() {
      mended ??= new Promise((resolve) => (release = resolve))
    },
    slow: (seconds) => void (delaySeconds = seconds),
    mend() {
      isCut = false
      delaySeconds = 0
      release()
      mended = undefined
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      release()
      endAll()
      await closed
    },
  }
}

async function pump(from: Socket, to: Socket, passes: (piece: Buffer) => Promise<boolean>): Promise<void> {
  try {
    for await (const piece of from as AsyncIterable<Buffer>) {
      if (!(await passes(piece))) break
      if (!to.write(piece)) await once(to, 'drain')
    }
    to.end()
  } catch {
    // Either end went away; the other is told by the listeners.
    to.destroy()
  }
}

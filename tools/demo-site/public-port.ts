import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { Transform } from 'node:stream'
import type { LookSchedule } from './look-schedule.ts'

/** The only way to the simulator for everybody else. Closed, it refuses connections as a vCenter that is down does. */
export interface PublicPort {
  open(): Promise<void>
  /** Also ends every connection under way, at once. */
  close(): void
}

/**
 * News leave the simulator only when the keeper has them on disk, as with a vCenter that answers after its database:
 * what somebody was told is still true after a crash.
 */
export function publicPort(port: number, simulatorUrl: string, schedule: LookSchedule): PublicPort {
  const { hostname, port: simulatorPort } = new URL(simulatorUrl)
  const sockets = new Set<Socket>()
  let server: Server | undefined

  const forward = (client: Socket) => {
    const simulator = connect({ host: hostname, port: Number(simulatorPort) })
    const endBoth = () => {
      client.destroy()
      simulator.destroy()
    }
    for (const socket of [client, simulator]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', endBoth)
      socket.on('close', () => {
        sockets.delete(socket)
        endBoth()
      })
    }
    client.pipe(simulator)
    simulator.pipe(heldUntilRemembered(schedule)).pipe(client)
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

function heldUntilRemembered(schedule: LookSchedule): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, pass) {
      schedule.noticed()
      if (bringsNews(chunk)) void schedule.remembered().then(() => pass(undefined, chunk))
      else pass(undefined, chunk)
    },
  })
}

/** A vCenter task has ended, in whichever way it is asked for. What is said of a guest was on disk before it said so. */
const bringsNews = (chunk: Buffer): boolean => chunk.includes('>success<')

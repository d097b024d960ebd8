import { once } from 'node:events'
import { connect } from 'node:net'

interface Lifeline {
  gone: AbortSignal
  end(): void
}

/**
 * An idle connection to the simulator. The kernel ends it in the moment that the simulator dies, also by kill -9, long
 * before a new one has forgotten everything: so `gone` fires before anybody can see an empty inventory.
 * Rejects if nobody listens.
 */
export async function lifeline(simulatorUrl: string): Promise<Lifeline> {
  const { hostname, port } = new URL(simulatorUrl)
  const socket = connect({ host: hostname, port: Number(port) })
  await once(socket, 'connect')
  const gone = new AbortController()
  const fire = () => gone.abort(new Error('the simulator is gone'))
  socket.on('error', fire)
  socket.on('close', fire)
  socket.resume()
  return { gone: gone.signal, end: () => socket.destroy() }
}

import net from 'node:net'
import { isFree } from '../start/refuse-taken-ports.ts'

/** As many ports as asked for that nobody listens on. */
export async function freePorts(count: 2): Promise<[number, number]>
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listening()))
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

function listening(): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

const firstBase = 17_080
const betweenBases = 100
const lastBase = 30_080
const portsOfACopy = 30

/** A BERTH_PORT_BASE with which a copy finds all its ports free. */
export async function freePortBase(): Promise<number> {
  for (let base = firstBase; base <= lastBase; base += betweenBases) {
    const free = await Promise.all(Array.from({ length: portsOfACopy }, (_, offset) => isFree(base + offset)))
    if (free.every(Boolean)) return base
  }
  throw new Error('No free range of ports was found for a copy of Berth.')
}

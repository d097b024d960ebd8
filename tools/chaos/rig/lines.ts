import { agentNames, vcenterUrl } from '../../start/site.ts'
import type { Through } from '../../start/berth-processes.ts'
import type { Settings } from '../../start/settings.ts'
import { databaseLine } from '../proxies/database-line.ts'
import type { ProxyDeeds } from '../proxies/proxy-deeds.ts'
import { tcpLine, type TcpLine } from '@berth/testing/tcp-line.ts'
import { temporalProxy } from '../proxies/temporal-proxy.ts'
import { vcenterProxy, type VcenterProxy } from '../proxies/vcenter-proxy.ts'

/** Every way from a process of Berth to a server, by the process's name. */
export interface Lines {
  temporal: Map<string, TcpLine>
  database: Map<string, TcpLine>
  vcenter: Map<string, VcenterProxy>
  /** Leads each process to its lines. */
  through: Through
  stop(): Promise<void>
}

export async function lines(settings: Settings, deeds: ProxyDeeds): Promise<Lines> {
  const stops: (() => Promise<void>)[] = []
  const [temporal, database] = [new Map<string, TcpLine>(), new Map<string, TcpLine>()]
  const vcenter = new Map<string, VcenterProxy>()
  const agents = settings.sites.flatMap((site) => agentNames(site, settings).map((name) => ({ name, site })))

  const server = new URL(settings.databaseUrl)
  for (const name of ['workers', 'api']) {
    const line = await databaseLine({ host: server.hostname, port: Number(server.port) }, name, deeds)
    database.set(name, line)
    stops.push(line.stop)
  }
  for (const name of ['workers', 'api', ...agents.map((agent) => agent.name)]) {
    const proxy = await temporalProxy(settings.temporalAddress, name, deeds)
    const line = await tcpLine({ host: '127.0.0.1', port: proxy.port })
    temporal.set(name, line)
    stops.push(line.stop, proxy.stop)
  }
  for (const { name, site } of agents) {
    const proxy = await vcenterProxy(vcenterUrl(site.vcenterPort), name, deeds)
    vcenter.set(name, proxy)
    stops.push(proxy.stop)
  }
  return {
    ...{ temporal, database, vcenter },
    through(process, server, address) {
      if (server === 'vcenter') return vcenter.get(process)?.url ?? address
      const line = (server === 'temporal' ? temporal : database).get(process)
      if (line === undefined) return address
      return server === 'temporal' ? `127.0.0.1:${line.port}` : withPort(address, line.port)
    },
    async stop() {
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}

function withPort(address: string, port: number): string {
  const url = new URL(address)
  url.port = String(port)
  return url.href
}

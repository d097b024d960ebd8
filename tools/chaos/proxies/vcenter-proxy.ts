import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Call } from '../fault.ts'
import { strike, type ProxyDeeds } from './proxy-deeds.ts'

/** One call that an agent made of vCenter. */
export interface TracedCall {
  /** Milliseconds since the epoch: when it reached the proxy. */
  at: number
  by: string
  method: string
  /** The moid that it was about. */
  target: string
  /** Of a clone: the VM's name. */
  name?: string
  /** The session in which it was called, or that it opened. */
  session?: string
  /** HTTP status of vCenter's answer; none when vCenter did not hear it or did not answer. */
  status?: number
}

export interface VcenterProxy {
  url: string
  /** Every call so far, oldest first. */
  trace(): readonly TracedCall[]
  /** Refuses everything, and ends what is under way. */
  cut(): void
  mend(): void
  /** How often it was cut. */
  cuts(): number
  stop(): Promise<void>
}

interface Answer {
  status: number
  headers: Record<string, string | string[]>
  body: Buffer
}

/** Between one agent and its vCenter: each call is known by its method, and can be hit before or after vCenter does it. */
export async function vcenterProxy(target: string, by: string, deeds: ProxyDeeds): Promise<VcenterProxy> {
  const trace: TracedCall[] = []
  const agent = new Agent({ keepAlive: true })
  let isCut = false
  let cuts = 0

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<unknown> => {
    const body = await bytesOf(incoming)
    const says = body.toString('utf8')
    const traced = tracedCall(says, by, sessionIn(incoming.headers.cookie))
    trace.push(traced)
    if (isCut) return outgoing.destroy()
    const call: Call = { through: 'vcenter', by, name: traced.method, says }
    const fault = deeds.faultFor(call)
    const stop = new AbortController()
    outgoing.on('close', () => stop.abort())
    const forward = async () => {
      const answer = await forwarded(target, incoming, body, agent, stop.signal)
      traced.status = answer.status
      const opened = sessionIn(String(answer.headers['set-cookie'] ?? ''))
      if (opened !== undefined) traced.session = opened
      return answer
    }
    switch (fault?.kind) {
      case 'refuse':
        return outgoing.destroy()
      case 'busy':
        return outgoing.writeHead(503).end('<html>busy</html>')
      case 'vcenterFault':
        return outgoing.writeHead(500, { 'content-type': 'text/xml' }).end(faultAnswer(fault.type))
      case 'delay':
        await pause(fault.seconds * 1_000)
        break
      case 'twice':
        await forward()
        break
      case 'late':
        outgoing.destroy()
        await pause(fault.seconds * 1_000)
        return forwarded(target, incoming, body, agent)
      case 'kill':
      case 'do':
        if (!(await strike(fault, 'before', call, deeds))) return outgoing.destroy()
        break
      case 'loseAnswer':
      case 'cutAnswer':
      case 'corruptAnswer':
      case undefined:
    }
    const answer = await forward()
    await strike(fault, 'after', call, deeds)
    if (fault?.kind === 'loseAnswer') return outgoing.destroy()
    if (fault?.kind === 'corruptAnswer') answer.body.fill('?', answer.body.length >> 1)
    outgoing.writeHead(answer.status, answer.headers)
    if (fault?.kind !== 'cutAnswer') return outgoing.end(answer.body)
    outgoing.write(answer.body.subarray(0, answer.body.length >> 1), () => outgoing.destroy())
    return undefined
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sdk`,
    trace: () => trace,
    cut() {
      isCut = true
      cuts += 1
      server.closeAllConnections()
    },
    mend: () => void (isCut = false),
    cuts: () => cuts,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      agent.destroy()
      await closed
    },
  }
}

const sessionIn = (cookies = ''): string | undefined => /vmware_soap_session="?([^";,]+)/.exec(cookies)?.[1]

function tracedCall(text: string, by: string, session: string | undefined): TracedCall {
  const [, method = '', target = ''] = /<soapenv:Body><(\w+)[^>]*><_this[^>]*>([^<]*)</.exec(text) ?? []
  const [, name] = method === 'CloneVM_Task' ? (/<name>([^<]*)</.exec(text) ?? []) : []
  return {
    ...{ at: Date.now(), by, method, target },
    ...(name !== undefined && { name }),
    ...(session !== undefined && { session }),
  }
}

async function forwarded(
  target: string,
  { method, headers }: IncomingMessage,
  body: Buffer,
  agent: Agent,
  signal?: AbortSignal,
): Promise<Answer> {
  const asked = request(target, { method, headers, agent, ...(signal !== undefined && { signal }) })
  // A connection may break when the answer has begun: then reading that tells.
  asked.on('error', () => {})
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  const { 'set-cookie': cookie, 'content-type': type } = answer.headers
  return {
    status: answer.statusCode ?? 502,
    headers: { 'content-type': type ?? 'text/xml', ...(cookie === undefined ? {} : { 'set-cookie': cookie }) },
    body: await bytesOf(answer),
  }
}

const faultAnswer = (type: string): string =>
  '<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"' +
  ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault>' +
  '<faultcode>ServerFaultCode</faultcode><faultstring>said by the drill</faultstring><detail>' +
  `<${type}Fault xmlns="urn:vim25" xsi:type="${type}"></${type}Fault>` +
  '</detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>'

async function bytesOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

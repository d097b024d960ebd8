import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SoapMethod } from '../element-order.ts'

/** Stands between a client and a vCenter, and loses what the test tells it to lose. */
export interface LossyProxy {
  url: string
  /** The next call of the method is carried out, and its answer lost: the connection just ends. */
  loseNextAnswerOf(method: SoapMethod): void
  /** Answers the next call as a gateway that is overloaded does. */
  refuseNext(method: SoapMethod): void
  /** Answers the next call with a fault, as vCenter does, and does not carry it out. */
  faultNext(method: SoapMethod, faultType: string, members?: string): void
  /** The next call of the method is carried out, and its answer kept back until released. */
  holdNextAnswerOf(method: SoapMethod): { reached: Promise<void>; release(): void }
  /** The connection of the next call of the method ends; vCenter hears the call when it is delivered. */
  delayNext(method: SoapMethod): { reached: Promise<void>; deliver(): void }
  /** Changes the text of the next request of the method, or of its answer. */
  changeNext(method: SoapMethod, change: { request?(text: string): string; answer?(text: string): string }): void
  /** Every call that has arrived, in order. */
  readonly arrived: readonly string[]
  stop(): Promise<void>
}

export async function startLossyProxy(target: string): Promise<LossyProxy> {
  const lose = new Set<string>()
  const refuse = new Set<string>()
  const faults = new Map<string, string>()
  const holds = new Map<string, { arrived: () => void; released: Promise<void> }>()
  const changes = new Map<string, { request?(text: string): string; answer?(text: string): string }>()
  const late = new Map<string, { arrived: () => void; delivered: Promise<void> }>()
  const arrived: string[] = []

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = await textOf(incoming)
    const method = /<soapenv:Body><(\w+)/.exec(body)?.[1] ?? ''
    arrived.push(method)
    if (refuse.delete(method)) return void outgoing.writeHead(503).end('<html>busy</html>')
    const fault = faults.get(method)
    if (fault !== undefined) {
      faults.delete(method)
      return void outgoing.writeHead(500, { 'content-type': 'text/xml' }).end(fault)
    }
    const delayed = late.get(method)
    if (delayed !== undefined) {
      late.delete(method)
      outgoing.destroy()
      delayed.arrived()
      await delayed.delivered
    }
    const change = changes.get(method)
    changes.delete(method)
    const sent = change?.request?.(body) ?? body
    const length = Buffer.byteLength(sent)
    const forwarded = request(target, {
      method: incoming.method,
      headers: { ...incoming.headers, 'content-length': length },
    })
    forwarded.on('error', () => outgoing.destroy())
    forwarded.end(sent)
    const [answer] = (await once(forwarded, 'response')) as [IncomingMessage]
    const said = await textOf(answer)
    const text = change?.answer?.(said) ?? said
    const hold = holds.get(method)
    if (hold !== undefined) {
      holds.delete(method)
      hold.arrived()
      await hold.released
    }
    if (lose.delete(method)) return void outgoing.destroy()
    const { 'set-cookie': cookie, 'content-type': type } = answer.headers
    const headers = { 'content-type': type ?? 'text/xml', ...(cookie === undefined ? {} : { 'set-cookie': cookie }) }
    outgoing.writeHead(answer.statusCode ?? 502, headers).end(text)
  }

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/sdk`,
    loseNextAnswerOf: (method) => void lose.add(method),
    refuseNext: (method) => void refuse.add(method),
    faultNext: (method, faultType, members = '') => void faults.set(method, faultAnswer(faultType, members)),
    changeNext: (method, change) => void changes.set(method, change),
    arrived,
    holdNextAnswerOf(method) {
      const reached = Promise.withResolvers<void>()
      const released = Promise.withResolvers<void>()
      holds.set(method, { arrived: reached.resolve, released: released.promise })
      return { reached: reached.promise, release: released.resolve }
    },
    delayNext(method) {
      const reached = Promise.withResolvers<void>()
      const delivered = Promise.withResolvers<void>()
      late.set(method, { arrived: reached.resolve, delivered: delivered.promise })
      return { reached: reached.promise, deliver: delivered.resolve }
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const faultAnswer = (faultType: string, members: string) =>
  '<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"' +
  ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault>' +
  '<faultcode>ServerFaultCode</faultcode><faultstring>said by the test</faultstring><detail>' +
  `<${faultType}Fault xmlns="urn:vim25" xsi:type="${faultType}">${members}</${faultType}Fault>` +
  '</detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>'

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

import { Pool } from 'undici'
import { verifyingConnector } from './certificate-check.ts'
import type { CertificateCheck } from './certificate-check.ts'
import type { SoapMethod } from './element-order.ts'
import { moref } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import { readBody } from './read-soap.ts'
import { NotSent, sendIfAllowed } from './send-if-allowed.ts'
import { isFault, SoapFault, VcenterUnreachable } from './soap-fault.ts'
import { writeRequest } from './write-soap.ts'
import { isWriting } from './writing-methods.ts'

export interface SoapClientOptions extends CertificateCheck {
  /** Ends in /sdk. */
  url: string
  username: string
  password: string
  /** Shown in vCenter's list of sessions. */
  userAgent?: string
  /** Refuses, as a bug, a writing method that is called without `maySend`. */
  writesNeedPermit?: boolean
  /** Told of each request that is sent, for counting. */
  onCall?: (method: SoapMethod) => void
  /** Milliseconds that only ever grow; a test's own clock. */
  now?: () => number
}

export interface CallOptions {
  signal?: AbortSignal
  timeoutSeconds?: number
  /** Asked directly before the first byte is written; if not, the call ends as NotSent. */
  maySend?: () => boolean
}

export interface ServiceContent {
  rootFolder: ManagedObjectReference
  propertyCollector: ManagedObjectReference
  viewManager: ManagedObjectReference
  sessionManager: ManagedObjectReference
  searchIndex: ManagedObjectReference
  about: { fullName: string; apiVersion: string; instanceUuid: string }
}

export interface SoapClient {
  /**
   * Calls a method and answers its `returnval`. Logs in when needed; a lost session is renewed and the call, which was
   * then not carried out, repeated once. Throws SoapFault for a fault and VcenterUnreachable for no proper answer. While
   * a refused login rests, every call ends with that refusal and nothing is sent.
   */
  call<T = unknown>(
    method: SoapMethod,
    target: ManagedObjectReference,
    args?: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<T>
  serviceContent(): Promise<ServiceContent>
  /** Logs out, best effort, and closes all connections. */
  close(): Promise<void>
}

interface Session {
  content: ServiceContent
  cookie: string
}

/** A call that hangs is given up; only WaitForUpdatesEx, which is meant to take long, asks for more. */
const defaultTimeoutSeconds = 30

/**
 * vCenter's sign-on, unless set otherwise, locks an account for five minutes after five refusals within three, and every
 * open step asks again every 20 seconds. One try in three minutes leaves room for other agents of the same account.
 */
const refusalRestsMilliseconds = 180_000

export function createSoapClient(options: SoapClientOptions): SoapClient {
  const { origin, pathname } = new URL(options.url)
  const pool = new Pool(origin, { connect: verifyingConnector(options), headersTimeout: 0, bodyTimeout: 0 })
  const now = options.now ?? (() => performance.now())
  let session: Promise<Session> | undefined
  let refusal: { fault: SoapFault; at: number } | undefined

  const send = async (
    method: SoapMethod,
    target: ManagedObjectReference,
    args: Readonly<Record<string, unknown>> | undefined,
    { signal, timeoutSeconds = defaultTimeoutSeconds, maySend }: CallOptions = {},
    current?: Session,
  ): Promise<{ value: unknown; cookie: string | undefined }> => {
    const body = writeRequest(method, target, args)
    const deadline = AbortSignal.timeout(timeoutSeconds * 1000)
    options.onCall?.(method)
    const dispatcher = maySend === undefined ? pool : pool.compose(sendIfAllowed(method, maySend))
    try {
      const response = await dispatcher.request({
        path: pathname,
        method: 'POST',
        headers: {
          'content-type': 'text/xml; charset="utf-8"',
          soapaction: `"urn:vim25/${current?.content.about.apiVersion ?? '7.0'}"`,
          'user-agent': options.userAgent ?? 'berth-agent',
          ...(current === undefined ? {} : { cookie: current.cookie }),
        },
        body,
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      })
      const text = await response.body.text()
      return {
        value: answerOf(method, response.statusCode, text),
        cookie: cookieIn(response.headers['set-cookie']),
      }
    } catch (error) {
      if (error instanceof SoapFault || error instanceof VcenterUnreachable || error instanceof NotSent) throw error
      signal?.throwIfAborted()
      throw new VcenterUnreachable(method, deadline.aborted ? 'no answer in time' : reasonOf(error), { cause: error })
    }
  }

  const logIn = async (): Promise<Session> => {
    if (refusal !== undefined && now() - refusal.at < refusalRestsMilliseconds) throw refusal.fault
    const root = moref('ServiceInstance', 'ServiceInstance')
    const content = (await send('RetrieveServiceContent', root, undefined)).value as ServiceContent
    const { username: userName, password } = options
    const login = send('Login', content.sessionManager, { userName, password, locale: 'en' })
    const { cookie } = await login.catch((error: unknown) => {
      if (isFault(error, 'InvalidLogin')) refusal = { fault: error, at: now() }
      throw error
    })
    refusal = undefined
    if (cookie === undefined) throw new VcenterUnreachable('Login', 'the answer sets no session cookie')
    return { content, cookie }
  }

  /** One login however many calls need it; a failed one is forgotten, so that a later call tries again. */
  const currentSession = (): Promise<Session> => {
    if (session === undefined) {
      const attempt = logIn()
      session = attempt
      attempt.catch(() => forget(attempt))
    }
    return session
  }

  const forget = (lost: Promise<Session>) => {
    if (session === lost) session = undefined
  }

  return {
    async call<T>(
      method: SoapMethod,
      target: ManagedObjectReference,
      args?: Readonly<Record<string, unknown>>,
      callOptions?: CallOptions,
    ) {
      if (options.writesNeedPermit === true && isWriting(method) && callOptions?.maySend === undefined)
        throw new Error(`${method} needs a permit: call it by writeVm`)
      const used = currentSession()
      try {
        return (await send(method, target, args, callOptions, await used)).value as T
      } catch (error) {
        if (!isFault(error, 'NotAuthenticated')) throw error
        forget(used)
        return (await send(method, target, args, callOptions, await currentSession())).value as T
      }
    },
    serviceContent: async () => (await currentSession()).content,
    async close() {
      const open = session
      session = undefined
      const last = await open?.catch(() => undefined)
      if (last !== undefined) {
        await send('Logout', last.content.sessionManager, undefined, { timeoutSeconds: 2 }, last).catch(() => undefined)
      }
      await pool.destroy()
    },
  }
}

function answerOf(method: SoapMethod, status: number, text: string): unknown {
  let body
  try {
    body = readBody(text)
  } catch (error) {
    // A proxy's error page, or the empty answer of a server that failed while answering.
    throw new VcenterUnreachable(method, `HTTP ${status} without a SOAP answer`, { cause: error })
  }
  const value = body.value as Record<string, unknown>
  if (body.name === 'Fault') throw soapFault(method, value)
  if (method === 'RetrievePropertiesEx') refuseLostSession(value)
  return value['returnval'] ?? (method === 'ModifyListView' || method === 'FindAllByUuid' ? [] : undefined)
}

function soapFault(method: SoapMethod, value: Record<string, unknown>): SoapFault {
  const said = String(value['faultstring'] ?? '')
  const entries = typeof value['detail'] === 'object' && value['detail'] !== null ? Object.entries(value['detail']) : []
  const [element, detail] = entries.find(([name]) => name !== '_typeName') ?? ['UnknownFault', {}]
  const members = (typeof detail === 'object' && detail !== null ? detail : {}) as Record<string, unknown>
  return new SoapFault(method, String(members['_typeName'] ?? element.replace(/Fault$/, '')), members, said)
}

/** Without a session, reading properties is no fault: the answer is 200 and says so for each object. */
function refuseLostSession(value: Record<string, unknown>): void {
  const result = value['returnval'] as { objects?: { missingSet?: { fault?: unknown }[] }[] } | undefined
  for (const { missingSet = [] } of result?.objects ?? []) {
    for (const { fault } of missingSet) {
      const { fault: detail } = (fault ?? {}) as { fault?: { _typeName?: string } }
      if (detail?._typeName === 'NotAuthenticated') {
        throw new SoapFault('RetrievePropertiesEx', 'NotAuthenticated', {}, '')
      }
    }
  }
}

/** Verbatim up to the attributes: vCenter's value contains quotes. */
function cookieIn(header: string | string[] | undefined): string | undefined {
  const cookies = header === undefined ? [] : [header].flat()
  return cookies.find((cookie) => cookie.startsWith('vmware_soap_session='))?.split(';')[0]
}

const reasonOf = (error: unknown): string =>
  error instanceof AggregateError
    ? error.errors.map(reasonOf).join('; ')
    : error instanceof Error
      ? error.message
      : String(error)

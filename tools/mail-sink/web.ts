import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import { mailPage, messagePage } from './pages.ts'
import type { Mailbox } from './mailbox.ts'

const messagePath = /^\/messages\/([\w-]+)$/

/** `GET /messages?to=` for programs, `GET /` for people. */
export function webOf(mailbox: Mailbox): Server {
  return createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://mail')
    const recipient = searchParams.get('to') ?? undefined
    if (request.method !== 'GET') return answer(response, 405, 'text/plain', 'Only GET.')
    if (pathname === '/messages')
      return answer(response, 200, 'application/json', JSON.stringify(mailbox.messagesTo(recipient)))
    if (pathname === '/') return answer(response, 200, 'text/html', mailPage(mailbox.messagesTo(recipient)))

    const message = mailbox.find(messagePath.exec(pathname)?.[1] ?? '')
    if (message === undefined) return answer(response, 404, 'text/plain', 'No such page.')
    return answer(response, 200, 'text/html', messagePage(message))
  })
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    // A mail's own markup is shown in a sandboxed frame: it may look as it likes and do nothing.
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; img-src data:",
  })
  response.end(body)
}

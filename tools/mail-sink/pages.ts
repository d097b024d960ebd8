import type { StoredMessage } from './mailbox.ts'

const style = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#151515}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #d2d2d2}
pre{white-space:pre-wrap;background:#f5f5f5;padding:1rem}iframe{width:100%;height:32rem;border:1px solid #d2d2d2}`

/** All mails, newest first. */
export function mailPage(messages: readonly StoredMessage[]): string {
  const rows = messages.toReversed().map(
    (message) => `<tr><td>${escaped(message.receivedAt)}</td><td>${escaped(message.to)}</td>
<td><a href="/messages/${escaped(message.id)}">${escaped(message.subject || '(no subject)')}</a></td></tr>`,
  )
  const table = `<table><thead><tr><th>Received</th><th>To</th><th>Subject</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`
  return page('Mail of this demo', messages.length === 0 ? '<p>No mail yet.</p>' : table)
}

export function messagePage(message: StoredMessage): string {
  const frame =
    message.html === ''
      ? ''
      : `<h2>As HTML</h2><iframe sandbox title="The mail" srcdoc="${escaped(message.html)}"></iframe>`
  return page(
    message.subject || '(no subject)',
    `<p>To ${escaped(message.to)}, ${escaped(message.receivedAt)}. <a href="/">All mail</a></p>
<pre>${escaped(message.text)}</pre>${frame}`,
  )
}

const page = (title: string, body: string): string => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>${escaped(title)}</title><style>${style}</style></head><body><main><h1>${escaped(title)}</h1>${body}</main></body></html>`

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

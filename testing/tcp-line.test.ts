import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { tcpLine, type Tap, type TcpLine } from './tcp-line.ts'

/** Says everything back. */
const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket))
let line: TcpLine
let tap: Tap | undefined
const clients: Socket[] = []

beforeEach(async () => {
  tap = undefined
  await once(echo.listen(0, '127.0.0.1'), 'listening')
  const { port } = echo.address() as AddressInfo
  line = await tcpLine({ host: '127.0.0.1', port }, () => (from, piece) => tap?.(from, piece) ?? Promise.resolve(true))
})

afterEach(async () => {
  for (const client of clients) client.destroy()
  await line.stop()
  await new Promise((resolve) => echo.close(resolve))
})

function client(): Socket {
  const socket = connect(line.port, '127.0.0.1').on('error', () => {})
  clients.push(socket)
  return socket
}

const said = async (socket: Socket): Promise<string> => String((await once(socket, 'data'))[0])

test('what is sent arrives, also on a slow line', async () => {
  const socket = client()
  socket.write('one')
  expect(await said(socket)).toBe('one')
  line.slow(0.01)
  socket.write('two')
  expect(await said(socket)).toBe('two')
})

test('a cut ends what is under way and refuses what comes, until it is mended', async () => {
  const socket = client()
  socket.write('one')
  await said(socket)
  line.cut()
  await once(socket, 'close')
  await once(client(), 'close')
  line.mend()
  const again = client()
  again.write('two')
  expect(await said(again)).toBe('two')
})

test('a line that is held passes nothing and ends nothing; mended, all arrives', async () => {
  const socket = client()
  socket.write('one')
  await said(socket)
  line.hold()
  let arrived = ''
  socket.on('data', (piece) => (arrived += String(piece)))
  socket.write('two')
  const whenClosed = new Promise((resolve) => socket.on('close', () => resolve('closed')))
  expect(await Promise.race([whenClosed, new Promise((resolve) => setTimeout(resolve, 100, 'held'))])).toBe('held')
  expect(arrived).toBe('')
  line.mend()
  await once(socket, 'data')
  expect(arrived).toBe('two')
})

test('a tap sees each side and can end the connection', async () => {
  const seen: string[] = []
  tap = async (from, piece) => {
    seen.push(`${from}: ${String(piece)}`)
    return from === 'client'
  }
  const socket = client()
  socket.write('one')
  await once(socket, 'close')
  expect(seen).toEqual(['client: one', 'server: one'])
})

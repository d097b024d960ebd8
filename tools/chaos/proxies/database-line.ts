import type { Fault } from '../fault.ts'
import type { ProxyDeeds } from './proxy-deeds.ts'
import { tcpLine, type Tap, type TcpLine } from './tcp-line.ts'

/** Statements at which drills strike, as Berth sends them; a piece on the line may hold several. */
const statements = [
  'insert into vm_requests',
  'insert into outbox',
  'insert into audit_entries',
  'insert into placement_reservations',
  'update vm_requests',
  'commit',
] as const

/** To PostgreSQL, by its bare bytes: a statement is known by its text. */
export const databaseLine = (
  { host, port }: { host: string; port: number },
  by: string,
  deeds: ProxyDeeds,
): Promise<TcpLine> => tcpLine({ host, port }, () => statementTap(by, deeds))

function statementTap(by: string, deeds: ProxyDeeds): Tap {
  let afterAnswer: Fault | undefined
  return async (from, piece) => {
    if (from === 'client') {
      const struck = faultAmong(piece, by, deeds)
      if (struck?.kind === 'refuse') return false
      if (struck?.kind === 'kill' && struck.when === 'before') {
        await deeds.kill(struck.victim)
        return struck.victim !== by
      }
      afterAnswer ??= struck
      return true
    }
    const struck = afterAnswer
    afterAnswer = undefined
    if (struck?.kind === 'kill') await deeds.kill(struck.victim)
    return struck?.kind !== 'loseAnswer'
  }
}

function faultAmong(piece: Buffer, by: string, deeds: ProxyDeeds): Fault | undefined {
  const text = piece.toString('latin1').toLowerCase()
  for (const name of statements) {
    if (!text.includes(name)) continue
    const fault = deeds.faultFor({ through: 'database', by, name })
    if (fault !== undefined) return fault
  }
  return undefined
}

import type { Call, Fault } from '../fault.ts'
import { strike, type ProxyDeeds } from './proxy-deeds.ts'
import { tcpLine, type Tap, type TcpLine } from '@berth/testing/tcp-line.ts'

/** To PostgreSQL, by its bare bytes: a statement is known by the text that rules look for; a piece may hold several. */
export const databaseLine = (
  { host, port }: { host: string; port: number },
  by: string,
  deeds: ProxyDeeds,
): Promise<TcpLine> => tcpLine({ host, port }, () => statementTap(by, deeds))

function statementTap(by: string, deeds: ProxyDeeds): Tap {
  let answered: Struck | undefined
  return async (from, piece) => {
    if (from === 'client') {
      const struck = struckAmong(piece, by, deeds)
      if (struck === undefined) return true
      answered = struck
      return struck.fault.kind !== 'refuse' && (await strike(struck.fault, 'before', struck.call, deeds))
    }
    const struck = answered
    answered = undefined
    if (struck === undefined) return true
    return struck.fault.kind !== 'loseAnswer' && (await strike(struck.fault, 'after', struck.call, deeds))
  }
}

interface Struck {
  call: Call
  fault: Fault
}

function struckAmong(piece: Buffer, by: string, deeds: ProxyDeeds): Struck | undefined {
  const text = piece.toString('latin1').toLowerCase()
  for (const name of deeds.statements()) {
    if (!text.includes(name)) continue
    const call: Call = { through: 'database', by, name }
    const fault = deeds.faultFor(call)
    if (fault !== undefined) return { call, fault }
  }
  return undefined
}

import type { Database } from './connect.ts'
import { hashOf, systemChain } from './audit.ts'

export interface AuditBreak {
  chain: string
  seq: number
  problem: string
}

type Row = Parameters<typeof hashOf>[0] & { hash: string }

/** Recomputes the hash chains, of one request or of all, and answers what does not fit; empty when nothing was changed. */
export async function verifyAudit(database: Database, requestId?: string): Promise<AuditBreak[]> {
  const heads = await chainHeads(database, requestId)
  const breaks: AuditBreak[] = []
  for (const head of heads) breaks.push(...(await verifyChain(database, head)))
  return breaks
}

interface Head {
  chain: string
  seq: number
  hash: string
}

async function chainHeads({ pool }: Database, requestId?: string): Promise<Head[]> {
  const requests = await pool.query<Head>(
    'select id::text as chain, audit_seq as seq, audit_hash as hash from vm_requests where $1::uuid is null or id = $1',
    [requestId ?? null],
  )
  if (requestId !== undefined) return requests.rows
  const system = await pool.query<Head>('select chain, seq, hash from audit_chains where chain = $1', [systemChain])
  return [...system.rows, ...requests.rows]
}

async function verifyChain({ pool }: Database, head: Head): Promise<AuditBreak[]> {
  const { rows } = await pool.query<Row>('select * from audit_entries where chain = $1 and seq <= $2 order by seq', [
    head.chain,
    head.seq,
  ])
  const breaks: AuditBreak[] = []
  let previous = { seq: 0, hash: '' }
  for (const row of rows) {
    const at = (problem: string) => breaks.push({ chain: head.chain, seq: row.seq, problem })
    if (row.seq !== previous.seq + 1) at('an entry before this one is missing')
    else if (row.prev_hash !== previous.hash) at('the entry before this one was changed')
    if (hashOf(row) !== row.hash) at('this entry was changed')
    previous = row
  }
  if (previous.seq !== head.seq || previous.hash !== head.hash)
    breaks.push({ chain: head.chain, seq: head.seq, problem: 'the end of the chain is missing or was changed' })
  return breaks
}

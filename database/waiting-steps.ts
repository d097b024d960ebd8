import type { StepName } from '@berth/domain/vm-request.ts'
import type { Queryable } from './transaction.ts'

/** The build, shown to people before it begins; the other steps appear when they do. */
const buildSteps: readonly StepName[] = ['place', 'clone', 'powerOn', 'waitForIp']

export async function addWaitingSteps(client: Queryable, requestId: string, round: number): Promise<void> {
  await client.query(
    `insert into steps (request_id, name, round, state)
     select $1, name, $2, 'waiting' from unnest($3::text[]) with ordinality as step (name, place) order by place`,
    [requestId, round, buildSteps],
  )
}

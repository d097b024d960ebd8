import type { Rig } from './rig.ts'

/** Requests for which vCenter made more than one VM; one that it makes again after its own end is the same. */
export async function secondVms({ sites }: Rig, ids: readonly string[]): Promise<string[]> {
  const made = new Map<string, number>(ids.map((id) => [id, 0]))
  const events = (await Promise.all(sites.map(({ recorder }) => recorder.events()))).flat()
  for (const { kind, instanceUuid } of events) {
    const before = made.get(instanceUuid)
    if (before === undefined) continue
    if (kind === 'created') made.set(instanceUuid, before + 1)
    if (kind === 'vanished') made.set(instanceUuid, 0)
  }
  return [...made].filter(([, times]) => times > 1).map(([id]) => id)
}

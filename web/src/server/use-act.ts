import type { EndpointBody } from '@berth/contract/endpoints.ts'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { answerTo, type Answer } from './call.ts'
import { idempotencyKeys } from './idempotency-key.ts'
import { keep } from './live.ts'
import { mayPass } from './problem.ts'
import { keys } from './queries.ts'

type Act =
  'decideApproval' | 'extendLease' | 'releaseVm' | 'restoreVm' | 'cancelRequest' | 'operatorDecision' | 'tryAgain'

export type ActAnswer = Answer<Act>

/** Shared by all pages: what was not answered is the same act also where it is pressed again. */
const { keyFor, answered } = idempotencyKeys()

export const requestIn = ({ body }: ActAnswer): VmRequest => ('request' in body ? body.request : body)

/** Does something to a VM request and shows the answer everywhere. What is refused was mostly overtaken, so the truth is fetched. */
export function useAct<N extends Act>(name: N, { id, version = 0 }: { id: string; version?: number }) {
  const client = useQueryClient()
  const mutation = useMutation({
    mutationFn: async (body: EndpointBody<N> & EndpointBody<Act>): Promise<ActAnswer> => {
      const sent = { name, id, body }
      try {
        const answer = await answerTo<Act>(name, { params: { id }, body, idempotencyKey: keyFor(sent) })
        if (answer.status !== 202) answered(sent)
        return answer
      } catch (error) {
        if (!mayPass(error)) answered(sent)
        throw error
      }
    },
    onSuccess: (answer) => {
      keep(client, requestIn(answer))
      void client.invalidateQueries({ queryKey: keys.audit(id) })
      void client.invalidateQueries({ queryKey: keys.approvals })
    },
    onError: () => void client.invalidateQueries({ queryKey: keys.vmRequest(id), exact: true }),
  })
  const { data } = mutation
  /** It was taken, and the page does not show yet what came of it. */
  const isHandedOver = data?.status === 202 && version <= requestIn(data).version
  return { ...mutation, isHandedOver }
}

import type { EndpointBody, EndpointResponse } from '@berth/contract/endpoints.ts'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from './call.ts'
import { keep } from './live.ts'
import { keys } from './queries.ts'

type Act =
  'decideApproval' | 'extendLease' | 'releaseVm' | 'restoreVm' | 'cancelRequest' | 'operatorDecision' | 'tryAgain'

export type ActAnswer = EndpointResponse<Act>

/** Does something to a VM request and shows the answer everywhere. What is refused was mostly overtaken, so the truth is fetched. */
export function useAct<N extends Act>(name: N, requestId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: EndpointBody<N> & EndpointBody<Act>): Promise<ActAnswer> =>
      call<Act>(name, { params: { id: requestId }, body }),
    onSuccess: (answer) => {
      keep(client, 'request' in answer ? answer.request : (answer satisfies VmRequest))
      void client.invalidateQueries({ queryKey: keys.audit(requestId) })
      void client.invalidateQueries({ queryKey: keys.approvals })
    },
    onError: () => void client.invalidateQueries({ queryKey: keys.vmRequest(requestId), exact: true }),
  })
}

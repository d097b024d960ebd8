import type { VmRequest } from '@berth/contract/vm-request.ts'
import { until } from '@berth/testing/until.ts'
import type { ApiDriver } from '@berth/testing/api-driver.ts'

/** The request as soon as it is as asked; `what` says how. */
export const requestThat = (
  api: ApiDriver,
  id: string,
  what: string,
  isSo: (request: VmRequest) => boolean,
  withinSeconds = 60,
): Promise<VmRequest> =>
  until(
    `request ${id} to be ${what}`,
    async () => {
      const { body } = await api.call('getVmRequest', { params: { id } })
      if (isSo(body)) return body
      throw new Error(`it is ${body.state}${body.hold === undefined ? '' : `: ${body.hold.message}`}`)
    },
    withinSeconds,
  )

export const requestIn = (
  api: ApiDriver,
  id: string,
  state: VmRequest['state'],
  withinSeconds?: number,
): Promise<VmRequest> => requestThat(api, id, state, (request) => request.state === state, withinSeconds)

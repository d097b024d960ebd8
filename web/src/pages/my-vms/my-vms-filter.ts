import { finalStates, vmRequestStates, type VmRequestState } from '@berth/domain/vm-request.ts'

/** What the list shows, as it stands in the address bar; absent members are the usual choice. */
export interface MyVmsFilter {
  whose?: 'all'
  show?: 'ended'
  q?: string
}

export const myVmsFilter = ({ whose, show, q }: Record<string, unknown>): MyVmsFilter => ({
  ...(whose === 'all' ? { whose } : {}),
  ...(show === 'ended' ? { show } : {}),
  ...(typeof q === 'string' && q.trim() !== '' ? { q } : {}),
})

const current = vmRequestStates.filter((state) => !(finalStates as readonly VmRequestState[]).includes(state))

/** What the server is asked for. */
export const askedFor = ({ whose, show, q }: MyVmsFilter) => ({
  state: (show === 'ended' ? finalStates : current).join(','),
  ...(whose === 'all' ? {} : { owner: 'me' }),
  ...(q === undefined ? {} : { q }),
})

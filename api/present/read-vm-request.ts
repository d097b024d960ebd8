import type { VmRequest } from '@berth/contract/vm-request.ts'
import type { Database } from '@berth/database/connect.ts'
import { findVmRequest } from '@berth/database/vm-requests.ts'
import type { VmRequestView } from '@berth/database/vm-request-view.ts'
import { instantOf } from '@berth/domain/instant.ts'
import { authorizeOnRequest } from '../authorize.ts'
import type { Caller } from '../caller.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { presentVmRequest, type Beholder } from './present-vm-request.ts'

/** The request whoever asks: to be authorized next. */
export const findRequest = (database: Database, id: string): Promise<VmRequestView | undefined> =>
  findVmRequest(database, id, 'all')

/** The request as the caller reads it; refused if they may not. */
export async function readVmRequestFor(dependencies: ApiDependencies, caller: Caller, id: string): Promise<VmRequest> {
  const view = await findRequest(dependencies.database, id)
  authorizeOnRequest(caller, 'read', view)
  return presentVmRequest(view, beholderOf(dependencies, caller), await cloneProgressOf(dependencies, view))
}

export const beholderOf = ({ settings }: ApiDependencies, caller: Caller): Beholder => ({
  caller,
  now: instantOf(Date.now()),
  temporalUi: settings.temporalUi,
})

export const isCloning = ({ steps }: Pick<VmRequestView, 'steps'>): boolean =>
  steps.some(({ name, state }) => name === 'clone' && state === 'running')

export const cloneProgressOf = async (
  { provisioning }: ApiDependencies,
  view: VmRequestView,
): Promise<number | undefined> => (isCloning(view) ? provisioning.cloneProgress(view) : undefined)

import type { Approval } from '@berth/contract/approval.ts'
import type { VmRequest } from '@berth/contract/vm-request.ts'

/** Why an approval that somebody looks at waits for nobody any more. */
export function decidedWords(request: VmRequest | undefined, approvalId: string | undefined): string {
  const approval = request?.approvals.find(({ id }) => id === approvalId) ?? request?.approvals.at(-1)
  if (approval?.decision === undefined)
    return request?.state === 'cancelled'
      ? `Cancelled meanwhile${request.endedBy === undefined ? '' : ` by ${request.endedBy}`}`
      : 'It no longer waits for a decision'
  return `Decided meanwhile: ${approval.decision} by ${approval.byName ?? 'another approver'}`
}

/** Who can decide, to one of them: "you or Kim". */
export function decidersWords({ approvers, approverNames }: Approval, reader: string): string {
  const others = approverNames.filter((_name, index) => approvers[index] !== reader)
  return disjunction.format(approvers.includes(reader) ? ['you', ...others] : others)
}

const disjunction = new Intl.ListFormat('en', { type: 'disjunction' })

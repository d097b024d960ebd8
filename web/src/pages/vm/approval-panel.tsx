import type { VmRequest } from '@berth/contract/vm-request.ts'
import { Link } from '@tanstack/react-router'
import { Message } from '../../parts/message.tsx'
import { routes } from '../../paths.ts'

/** For those who may decide: the way to the page that shows all they need for it. */
export function ApprovalPanel({ request }: { request: VmRequest }) {
  if (!request.actions.includes('decideApproval')) return null
  return (
    <Message
      kind="note"
      title="This request waits for you"
      actions={
        <Link to={routes.approvals} search={{ chosen: request.id }}>
          Decide about it
        </Link>
      }
    />
  )
}

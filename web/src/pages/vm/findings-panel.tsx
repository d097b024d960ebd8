import type { VmRequest } from '@berth/contract/vm-request.ts'
import { findingMeanings } from '@berth/domain/finding.ts'
import { Message } from '../../parts/message.tsx'
import { Moment } from '../../time/moment.tsx'

/** What the last comparisons with vCenter saw of this VM that its owner should know. */
export function FindingsPanel({ request: { findings } }: { request: VmRequest }) {
  return findings.map(({ kind, sentence, advice, since }) => (
    <Message
      key={kind}
      kind={findingMeanings[kind].severity === 'act' ? 'error' : 'warning'}
      title={
        <span className="wrap">
          {sentence}, seen since <Moment at={since} as="short" />
        </span>
      }
    >
      <p>{advice}</p>
    </Message>
  ))
}

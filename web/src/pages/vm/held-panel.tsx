import type { VmRequest } from '@berth/contract/vm-request.ts'
import { Message } from '../../parts/message.tsx'
import { isOperator, usePerson } from '../../person.ts'
import { Moment } from '../../time/moment.tsx'
import { OperatorDecision } from '../../vm-request/operator-decision.tsx'
import { stepWords } from '../../words/step-words.ts'

/** What is being done about a hold, in the words of whoever reads it; the sentence above says why. */
export function HeldPanel({ request }: { request: VmRequest }) {
  const operates = isOperator(usePerson())
  const { hold } = request
  if (hold === undefined) return null
  const { step, attempt, heldAt, givenUp } = hold
  const forOwners = givenUp ? 'It could not be built' : 'We are on it'
  return (
    <Message
      kind={operates ? 'error' : 'warning'}
      title={operates ? `${givenUp ? 'Given up' : 'Held'} at “${stepWords[step].name}”, attempt ${attempt}` : forOwners}
    >
      <div className="stack stack-close">
        {!operates && !givenUp && <p>An operator was told. You need do nothing; this page shows when it goes on.</p>}
        {!operates && givenUp && <p>Operators look at what there is, and then it is removed. You can request again.</p>}
        {heldAt !== undefined && (
          <p>
            Held since <Moment at={heldAt} as="short" />
          </p>
        )}
        <OperatorDecision request={request} />
      </div>
    </Message>
  )
}

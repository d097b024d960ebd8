import type { VmRequest } from '@berth/contract/vm-request.ts'
import { isOperator, usePerson } from '../person.ts'
import { useNow } from '../time/use-now.ts'
import { stateSentence } from '../words/state-sentence.ts'

/** The state as a sentence that stays true while it is looked at. */
export function StateLine({ request }: { request: VmRequest }) {
  const person = usePerson()
  return <>{stateSentence(request, useNow(), { userId: person.userId, isOperator: isOperator(person) })}</>
}

import { Message } from './message.tsx'
import { Refusal } from './refusal.tsx'

export const handedOverWords = 'Handed over; it takes effect shortly'

/** What came of something the person did, unless the page itself shows it: it was refused, or nobody knows yet. */
export function Outcome({ error, isHandedOver }: { error: unknown; isHandedOver: boolean }) {
  return isHandedOver ? <Message kind="note" title={handedOverWords} live /> : <Refusal error={error} />
}

import { told } from '../server/problem.ts'
import { Message } from './message.tsx'

/** Why something the person did was not done; nothing while all is well. */
export function Refusal({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null
  const { title, advice } = told(error)
  return (
    <Message kind="error" title={title} live>
      {advice}
    </Message>
  )
}

import { useQuery } from '@tanstack/react-query'
import { Section } from '../../parts/section.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { audit } from '../../server/queries.ts'
import { Moment } from '../../time/moment.tsx'
import { eventWords } from '../../words/event-words.ts'

/** Every change with who made it, latest first. */
export function History({ requestId }: { requestId: string }) {
  const { data, error, refetch } = useQuery(audit(requestId))
  if (data === undefined && error !== null) return <Trouble error={error} onRetry={() => void refetch()} />
  return (
    <Section title="History">
      <ul className="history">
        {(data ?? []).toReversed().map(({ id, at, byName, event, reason }) => (
          <li key={id}>
            <span className="subtle small number">
              <Moment at={at} as="short" />
            </span>
            <span className="wrap">
              {byName} {eventWords(event)}
              {reason !== undefined && <>: {reason}</>}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  )
}

import { fits, type QuotaLine } from '@berth/domain/quota.ts'
import { quotaWords } from '../words/quota-words.ts'

/** The team's quota before and after a request, with its limits. */
export function QuotaBars({ lines }: { lines: QuotaLine[] }) {
  return (
    <dl className="quota">
      {lines.map((line) => {
        const { resource, used, requested, limit } = line
        const { name, amounts } = quotaWords(line)
        return (
          <div key={resource}>
            <dt>{name}</dt>
            <dd className={fits(line) ? 'number' : 'number quota-over'}>{amounts}</dd>
            {limit !== null && (
              <div className="quota-bar" aria-hidden="true">
                <span className="quota-used" style={{ inlineSize: `${percent(used, limit)}%` }} />
                <span
                  className={fits(line) ? 'quota-more' : 'quota-more quota-too-much'}
                  style={{ inlineSize: `${percent(requested, limit)}%` }}
                />
              </div>
            )}
          </div>
        )
      })}
    </dl>
  )
}

const percent = (amount: number, limit: number): number => (limit === 0 ? 100 : Math.min(100, (100 * amount) / limit))

import { fits, type QuotaLine, type QuotaResource } from '@berth/domain/quota.ts'
import { quotaAmount } from '../words/quota-words.ts'

const names: Record<QuotaResource, string> = { vms: 'VMs', vCpu: 'vCPU', memoryMiB: 'Memory', diskGiB: 'Disk' }

/** The team's quota before and after a request, with its limits. */
export function QuotaBars({ lines }: { lines: QuotaLine[] }) {
  return (
    <dl className="quota">
      {lines.map((line) => {
        const { resource, used, requested, limit } = line
        const amount = (number: number) => quotaAmount(resource, number)
        return (
          <div key={resource}>
            <dt>{names[resource]}</dt>
            <dd className={fits(line) ? 'number' : 'number quota-over'}>
              {amount(used)} → {amount(used + requested)}
              {limit === null ? ', no limit' : ` of ${amount(limit)}`}
            </dd>
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

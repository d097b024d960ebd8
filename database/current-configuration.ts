import type { Configuration } from '@berth/domain/configuration.ts'
import type { Database } from './connect.ts'

/** What was applied last; undefined before the first time. */
export async function currentConfiguration({ pool }: Database): Promise<Configuration | undefined> {
  const { rows } = await pool.query<{ configuration: Configuration }>(
    'select configuration from configuration_versions order by id desc limit 1',
  )
  return rows[0]?.configuration
}

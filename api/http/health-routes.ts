import { Router } from 'express'
import type { Metrics } from './metrics.ts'

export interface HealthDependencies {
  databaseAnswers(): Promise<boolean>
  temporalAnswers(): Promise<boolean>
  metrics: Metrics
}

/**
 * `/healthz`: the process lives. `/readyz`: it can serve; without Temporal it still takes requests and shows them, so that is
 * said and not refused.
 */
export function healthRoutes({ databaseAnswers, temporalAnswers, metrics }: HealthDependencies): Router {
  const router = Router()
  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }))
  router.get('/readyz', async (_request, response) => {
    const [database, temporal] = await Promise.all([databaseAnswers(), temporalAnswers()])
    const word = (answers: boolean) => (answers ? 'ok' : 'unavailable')
    const status = !database ? 'notReady' : temporal ? 'ready' : 'degraded'
    response
      .status(database ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ status, database: word(database), temporal: word(temporal) })
  })
  router.get('/metrics', async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
  return router
}

import type { RequestHandler } from 'express'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  registry: Registry
  measure: RequestHandler
  openStreams: Gauge
}

/** What Prometheus scrapes: calls by endpoint and status, open event streams, and the process itself. */
export function apiMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const duration = new Histogram({
    name: 'berth_http_request_duration_seconds',
    help: 'Time to answer a call',
    labelNames: ['endpoint', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  const openStreams = new Gauge({ name: 'berth_event_streams', help: 'Open event streams', registers: [registry] })
  const measure: RequestHandler = (_request, response, next) => {
    const stop = duration.startTimer()
    response.on('finish', () => {
      const endpoint = response.locals['endpoint'] as string | undefined
      if (endpoint !== undefined && !endpoint.startsWith('watch')) stop({ endpoint, status: response.statusCode })
    })
    next()
  }
  return { registry, measure, openStreams }
}

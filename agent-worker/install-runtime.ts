import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker'
import type { LogEntry } from '@temporalio/worker'
import type { Logger } from 'pino'
import type { AgentConfig } from './config.ts'

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const

/** Once per process, before the first connection. Worker heartbeats are how the control plane knows that we live. */
export function installRuntime(log: Logger, level: AgentConfig['logLevel']): void {
  const temporalLevel = level.toUpperCase() as 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'
  Runtime.install({
    workerHeartbeatInterval: '5s',
    logger: new DefaultLogger(temporalLevel, (entry) => write(log, entry)),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} } },
  })
}

function write(log: Logger, { level, message, meta }: LogEntry): void {
  const { error, ...rest } = (meta ?? {}) as Record<string, unknown>
  log[levels[level]](error === undefined ? rest : { ...rest, err: error }, message)
}

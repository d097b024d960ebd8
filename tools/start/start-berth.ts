import path from 'node:path'
import type { StartConfiguration } from './config.ts'
import { prepareBerth } from './prepare-berth.ts'
import type { StartOptions } from './start-options.ts'
import { stopRequested } from './stop-requested.ts'

/** Runs Berth until it is asked to stop; answers the exit code. Nothing is left running, however it ends. */
export async function startBerth(configuration: StartConfiguration, options: StartOptions): Promise<number> {
  const stop = stopRequested()
  const { settings, announce, ...berth } = await prepareBerth(configuration, options)
  try {
    const temporal = settings.temporalUiUrl ?? settings.temporalAddress
    const ready = () =>
      announce(
        `\nBerth is ready: ${settings.portalUrl}\n  sign in as developer, approver, operator, admin … (password berth-<name>); mails: ${settings.mailUrl}; Temporal: ${temporal}\n  logs: ${path.join(settings.home, 'logs')}; stop with Ctrl-C`,
      )
    await Promise.race([stop, berth.start().then(ready)])
    announce(`Stopping (${await stop}) …`)
    await berth.stop()
    console.log('Stopped; nothing is left running.')
    return 0
  } finally {
    await berth.stop()
  }
}

import type { ProcessPlan } from './process-plan.ts'
import type { ProcessRecord } from './process-record.ts'
import { processIdentity } from './process-identity.ts'
import { restartDelayMilliseconds } from './restart-delay.ts'
import { SupervisedProcess, type Supervision } from './supervised-process.ts'

const stopWithinSeconds = 12

export interface SupervisorOptions extends Pick<Supervision, 'log' | 'environment'> {
  /** Where it is written down which processes run, for whoever cleans up after a kill -9. */
  record: ProcessRecord
  stopWithinSeconds?: number
  restartDelay?: typeof restartDelayMilliseconds
}

/** Starts processes in groups, keeps them running, and stops them in the opposite order. */
export class Supervisor {
  readonly #supervision: Supervision
  readonly #record: ProcessRecord
  readonly #groups: SupervisedProcess[][] = []
  #stopped: Promise<void> | undefined
  #onChange: () => void = () => {}

  constructor({ record, ...options }: SupervisorOptions) {
    this.#record = record
    this.#supervision = {
      stopWithinSeconds,
      restartDelay: restartDelayMilliseconds,
      ...options,
      onChange: () => this.#changed(),
    }
  }

  /** Resolves when all of the group serve; the next group is started by the next call. */
  async start(plans: ProcessPlan[]): Promise<void> {
    if (this.isStopping) return
    const group = plans.map((plan) => new SupervisedProcess(plan, this.#supervision))
    this.#groups.push(group)
    await Promise.all(group.map((process) => process.start()))
  }

  get isStopping(): boolean {
    return this.#stopped !== undefined
  }

  pidOf(name: string): number | undefined {
    return this.#processes().find((process) => process.plan.name === name)?.pid
  }

  /** Called after every start, restart and end of a process, until all are stopped. */
  whenChanged(listener: () => void): void {
    this.#onChange = listener
  }

  /** Resolves when nothing is left; asked twice, it stops once. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll()
    return this.#stopped
  }

  async #stopAll(): Promise<void> {
    for (const group of this.#groups.toReversed()) await Promise.all(group.map((process) => process.stop()))
    this.#record.clear()
  }

  #changed(): void {
    const running = this.#processes().flatMap(({ pid, plan }) => {
      const identity = pid === undefined ? undefined : processIdentity(pid)
      return identity ? [{ name: plan.name, stop: plan.stop, ...identity }] : []
    })
    this.#record.write(running)
    if (!this.isStopping) this.#onChange()
  }

  #processes(): SupervisedProcess[] {
    return this.#groups.flat()
  }
}

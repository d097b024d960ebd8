import { spawn, type ChildProcess } from 'node:child_process'
import readline from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { Refusal } from '../refusal.ts'
import type { ProcessLog } from './process-log.ts'
import type { ProcessPlan } from './process-plan.ts'
import { isReady } from './ready-probe.ts'
import type { restartDelayMilliseconds } from './restart-delay.ts'
import { signalGroup, signalProcess } from './signals.ts'

const probeEveryMilliseconds = 50
const defaultReadyWithinSeconds = 60
const startsBeforeGivingUp = 4
const shortLifeSeconds = 10
const linesInRefusal = 12

export interface Supervision {
  log: ProcessLog
  /** What every process gets, beside its own variables. */
  environment: Record<string, string | undefined>
  stopWithinSeconds: number
  restartDelay: typeof restartDelayMilliseconds
  /** Told whenever a process comes, serves or goes. */
  onChange: () => void
}

/** One process that is kept running until it is told to stop. */
export class SupervisedProcess {
  readonly plan: ProcessPlan
  readonly #supervision: Supervision
  readonly #log: ProcessLog
  #child: ChildProcess | undefined
  #stopping = false
  #lastLines: string[] = []
  #life: Promise<void> | undefined

  constructor(plan: ProcessPlan, supervision: Supervision) {
    this.plan = plan
    this.#supervision = supervision
    this.#log = supervision.log
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves when it serves; refuses if it ends again and again before that. From then on it is restarted whenever it ends. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#life = this.#keepRunning(resolve).catch(reject)
    })
  }

  /** Resolves when nothing of it is left. */
  async stop(): Promise<void> {
    this.#stopping = true
    const child = this.#child
    if (child?.pid !== undefined) {
      this.#askToStop(child.pid)
      const kill = setTimeout(
        () => signalGroup(child.pid as number, 'SIGKILL'),
        this.#supervision.stopWithinSeconds * 1000,
      )
      await this.#life
      clearTimeout(kill)
    }
  }

  async #keepRunning(firstTimeReady: () => void): Promise<void> {
    let shortLives = 0
    let served = false
    while (!this.#stopping) {
      const began = performance.now()
      const ended = await this.#runOnce(() => {
        if (served) this.#log.announce(`${this.plan.name} is running again.`)
        served = true
        firstTimeReady()
      })
      if (this.#stopping) return
      shortLives = performance.now() - began < shortLifeSeconds * 1000 ? shortLives + 1 : 1
      if (!served && shortLives >= startsBeforeGivingUp) throw this.#refusal(ended)
      const wait = this.#supervision.restartDelay(shortLives)
      this.#log.announce(
        `${this.plan.name} ${ended}; starting it again in ${wait / 1000} s (${this.#log.fileOf(this.plan.name)}).`,
      )
      await delay(wait)
    }
  }

  /** One life of the process; answers how it ended. */
  async #runOnce(onReady: () => void): Promise<string> {
    try {
      await this.plan.beforeStart?.()
    } catch (problem) {
      return `could not be prepared: ${(problem as Error).message}`
    }
    if (this.#stopping) return 'was not started'
    const child = this.#spawn()
    this.#child = child
    this.#supervision.onChange()
    let ended: string | undefined
    const end = new Promise<string>((resolve) => {
      child.on('error', (problem) => resolve((ended = `could not be started: ${problem.message}`)))
      child.on('close', (code, signal) => resolve((ended = `ended with ${code ?? signal}`)))
    })
    const spoken = this.#listen(child)
    void this.#waitUntilReady(spoken, () => ended !== undefined || this.#stopping).then((outcome) => {
      if (outcome === 'ready') {
        onReady()
        this.#supervision.onChange()
      }
      if (outcome === 'late' && child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
    })
    // Whatever it started and left behind.
    child.on('exit', () => signalGroup(child.pid as number, 'SIGKILL'))
    const how = await end
    this.#child = undefined
    this.#supervision.onChange()
    return how
  }

  #spawn(): ChildProcess {
    const { command, args, env, cwd, uid, gid } = this.plan
    return spawn(command, args, {
      // Whoever reads from it sees its end when the supervisor is gone.
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: { ...this.#supervision.environment, ...env },
      ...(cwd !== undefined && { cwd }),
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
    })
  }

  /** Answers whether the line that means "ready" was said. */
  #listen(child: ChildProcess): () => boolean {
    const { ready, name } = this.plan
    let said = false
    this.#lastLines = []
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      readline.createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
        this.#log.write(name, line)
        this.#lastLines = [...this.#lastLines.slice(1 - linesInRefusal), line]
        if ('says' in ready && ready.says.test(line)) said = true
      })
    }
    return () => said
  }

  async #waitUntilReady(spoken: () => boolean, over: () => boolean): Promise<'ready' | 'over' | 'late'> {
    const patience = (this.plan.readyWithinSeconds ?? defaultReadyWithinSeconds) * 1000
    const began = performance.now()
    while (!over()) {
      const ready = spoken() || (await isReady(this.plan.ready))
      if (ready && !over()) return 'ready'
      if (performance.now() - began > patience) return 'late'
      await delay(probeEveryMilliseconds)
    }
    return 'over'
  }

  #askToStop(pid: number): void {
    const { signal, whom } = this.plan.stop ?? { signal: 'SIGTERM', whom: 'group' }
    if (whom === 'group') signalGroup(pid, signal)
    else signalProcess(pid, signal)
  }

  #refusal(ended: string): Refusal {
    const words = this.#lastLines.map((line) => `  ${line}`).join('\n')
    return new Refusal(
      `${this.plan.name} does not start: it ${ended} (${this.#log.fileOf(this.plan.name)}).${words && `\n${words}`}`,
    )
  }
}

import type { Chance } from './chance.ts'
import { inWords, type Call, type Fault } from './fault.ts'

/** Which calls are hit, and how. */
export interface Rule {
  through: Call['through']
  /** All names without; statements of a database are known only by what a rule looks for in them. */
  names?: readonly string[]
  /** All callers without. */
  by?: readonly string[]
  fault: Fault
  /** Of a matching call to be hit; 1 without. */
  probability?: number
  /** So many hits, then no more. */
  times?: number
  /** Matching calls to let pass first. */
  skip?: number
  /** Hits only what this says so of; asked about each call that matches the rest. */
  isIt?: (call: Call) => boolean
}

export interface FaultPlan {
  /** Answers what takes the rule back, and says how often it has hit. */
  add(rule: Rule): { remove(): void; hits(): number }
  /** The fault for this call, if any; it is in the log from now on. */
  of(call: Call): Fault | undefined
  /** What rules look for on the lines to this server. */
  namesThrough(through: Call['through']): string[]
  /** How many calls of this process to that server were hit. */
  hitsOn(through: Call['through'], by: string): number
  /** Something done to Berth other than to a call. */
  note(what: string): void
  log(): readonly LogLine[]
}

export interface LogLine {
  at: string
  what: string
}

export function faultPlan(chance: Chance): FaultPlan {
  const rules = new Set<Rule & { seen: number; hits: number }>()
  const log: LogLine[] = []
  const hitLines = new Map<string, number>()
  const note = (what: string) => void log.push({ at: new Date().toISOString(), what })

  const hits = (rule: Rule & { seen: number; hits: number }, call: Call): boolean => {
    if (!matches(rule, call)) return false
    if (rule.isIt?.(call) === false) return false
    rule.seen += 1
    if (rule.seen <= (rule.skip ?? 0) || rule.hits >= (rule.times ?? Infinity)) return false
    return chance.happens(rule.probability ?? 1, `${inWords(rule.fault)} ${call.name}`)
  }
  return {
    add(rule) {
      const counted = { ...rule, seen: 0, hits: 0 }
      rules.add(counted)
      return { remove: () => void rules.delete(counted), hits: () => counted.hits }
    },
    of(call) {
      for (const rule of rules) {
        if (!hits(rule, call)) continue
        rule.hits += 1
        note(`${call.name} by ${call.by}: ${inWords(rule.fault)}`)
        hitLines.set(lineOf(call), (hitLines.get(lineOf(call)) ?? 0) + 1)
        const { fault } = rule
        if (fault.kind !== 'kill') return fault
        const victim = fault.victim === 'caller' ? call.by : fault.victim
        const missed = () => {
          rule.hits -= 1
          note(`${victim} was not running then`)
        }
        return { ...fault, victim, missed }
      }
      return undefined
    },
    namesThrough: (through) => [
      ...new Set([...rules].flatMap((rule) => (rule.through === through ? (rule.names ?? []) : []))),
    ],
    hitsOn: (through, by) => hitLines.get(lineOf({ through, by })) ?? 0,
    note,
    log: () => log,
  }
}

const lineOf = ({ through, by }: Pick<Call, 'through' | 'by'>): string => `${through} ${by}`

const matches = ({ through, names, by }: Rule, call: Call): boolean =>
  through === call.through && (names?.includes(call.name) ?? true) && (by?.includes(call.by) ?? true)

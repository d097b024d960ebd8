import type { Chance } from './chance.ts'
import { inWords, type Call, type Fault } from './fault.ts'

/** Which calls are hit, and how. */
export interface Rule {
  through: Call['through']
  /** All names without. */
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
  /** Hits only while this says so. */
  isTime?: () => boolean
}

export interface FaultPlan {
  /** Answers what takes the rule back, and says how often it has hit. */
  add(rule: Rule): { remove(): void; hits(): number }
  /** The fault for this call, if any; it is in the log from now on. */
  of(call: Call): Fault | undefined
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
  const note = (what: string) => void log.push({ at: new Date().toISOString(), what })

  const hits = (rule: Rule & { seen: number; hits: number }, call: Call): boolean => {
    if (!matches(rule, call)) return false
    if (rule.isTime?.() === false) return false
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
        const { fault } = rule
        return fault.kind === 'kill' && fault.victim === 'caller' ? { ...fault, victim: call.by } : fault
      }
      return undefined
    },
    note,
    log: () => log,
  }
}

const matches = ({ through, names, by }: Rule, call: Call): boolean =>
  through === call.through && (names?.includes(call.name) ?? true) && (by?.includes(call.by) ?? true)

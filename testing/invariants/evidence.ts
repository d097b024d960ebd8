import type { Database } from '@berth/database/connect.ts'
import type { QuotaUse } from '../quota-use.ts'

/** A VM that carries our marker, as a vCenter shows it now. */
export interface MarkedVm {
  instanceUuid: string
  markerRequestId: string
}

/** What happened to a VM, from vCenter's events or a fake's log. */
export interface VmEvent {
  /** `vanished`: with all of its vCenter, which comes back and makes it again. */
  kind: 'created' | 'destroyed' | 'poweredOn' | 'poweredOff' | 'vanished'
  instanceUuid: string
  /** Known where vCenter said it. */
  at?: string
}

/** What Temporal says of a request's workflow. */
export interface WorkflowNow {
  requestId: string
  isRunning: boolean
  /** Timers and activities that it waits for, and workflow tasks under way. */
  pending: number
  /** Above 1: its workflow task fails and is tried again. */
  taskAttempt: number
}

/** A mail as its recipient got it. */
export interface Mail {
  /** The notice's, as `<id@berth>`. */
  messageId: string
  to: string
  subject: string
  text: string
}

/** What one agent did about its session at a vCenter. */
export interface AgentSessions {
  agent: string
  logins: number
  /** Faults and ends of agent or vCenter, after each of which it may log in once more. */
  faults: number
  /** The most that it used at one time. */
  sessionsAtOnce: number
}

/** What lies on a datastore of a site under a VM's name, and no VM has it. */
export interface Disk {
  siteId: string
  folder: string
}

/** Rules whose evidence is not given are not looked at. */
export interface Evidence {
  database: Database
  vms: readonly MarkedVm[]
  /** In order. */
  events: readonly VmEvent[]
  workflows?: readonly WorkflowNow[]
  /** All that have arrived until now. */
  mails?: () => Promise<readonly Mail[]>
  agents?: readonly AgentSessions[]
  /** What was held at committed moments before this one, or the worst of it. */
  quotaSeen?: readonly QuotaUse[]
  disks?: readonly Disk[]
  /** Whether anybody listens there. */
  guestAnswers?: (address: string, port: number) => Promise<boolean>
  /** How late anything that is due may be, faults included; without it lateness is not judged. */
  boundSeconds?: number
}

import type { HoldStep, StepState } from '@berth/domain/vm-request.ts'

interface StepWords {
  /** While it goes on. */
  doing: string
  /** In the timeline, whatever its state. */
  name: string
}

export const stepWords: Record<HoldStep, StepWords> = {
  validate: { doing: 'Checking the request', name: 'Check' },
  approve: { doing: 'Waiting for an approval', name: 'Approval' },
  place: { doing: 'Choosing a place', name: 'Place' },
  clone: { doing: 'Cloning', name: 'Clone' },
  powerOn: { doing: 'Powering on', name: 'Power on' },
  waitForIp: { doing: 'Waiting for its address', name: 'Address' },
  notify: { doing: 'Telling the owner', name: 'Notify' },
  warn: { doing: 'Warning the owner', name: 'Warning' },
  powerOff: { doing: 'Powering off', name: 'Power off' },
  destroy: { doing: 'Destroying', name: 'Destroy' },
}

export const stepStateWords: Record<StepState, string> = {
  waiting: 'to come',
  running: 'under way',
  done: 'done',
  failed: 'failed',
  skipped: 'skipped',
}

import type { SoapMethod } from './element-order.ts'

/** Methods by which a step changes a VM or a vCenter task: each needs a permit. */
export const writingMethods = [
  'CloneVM_Task',
  'ReconfigVM_Task',
  'PowerOnVM_Task',
  'PowerOffVM_Task',
  'ShutdownGuest',
  'Destroy_Task',
  'CancelTask',
] as const satisfies SoapMethod[]

export type WritingMethod = (typeof writingMethods)[number]

export const isWriting = (method: SoapMethod): boolean => (writingMethods as readonly SoapMethod[]).includes(method)

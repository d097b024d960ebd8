/** The tasks that Berth has vCenter do, as the simulator calls them; it passes over names that it does not know. */
export const delayableTasks = ['CloneVm', 'ReconfigVm', 'PowerOn', 'PowerOff', 'ShutdownGuest', 'Destroy'] as const
type DelayableTask = (typeof delayableTasks)[number]

/** Milliseconds by vCenter task. */
export type TaskDelays = Partial<Record<DelayableTask, number>>

import type { OperatorDecisionBody } from '@berth/contract/vm-request-actions.ts'

/** What an operator decided about the hold on the screen; it names the hold, so that it cannot hit a later one. `close` is for when it is done. */
export type Decide = (decision: Omit<OperatorDecisionBody, 'step' | 'attempt'>, close?: () => void) => void

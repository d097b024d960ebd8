import type { Problem } from '@berth/contract/problem.ts'

/** The server said no, with a problem document, or did not answer at all. */
export class ServerProblem extends Error {
  readonly problem: Problem | undefined

  constructor(problem: Problem | undefined) {
    super(problem?.title ?? 'Berth does not answer')
    this.name = 'ServerProblem'
    this.problem = problem
  }
}

export const isSignedOut = (error: unknown): boolean =>
  error instanceof ServerProblem && error.problem?.code === 'unauthenticated'

export const isNotFound = (error: unknown): boolean =>
  error instanceof ServerProblem && error.problem?.code === 'notFound'

/** A clear answer stays the same when asked again; silence and trouble on the server's side may pass. */
export const mayPass = (error: unknown): boolean =>
  !(error instanceof ServerProblem) || error.problem === undefined || error.problem.status >= 500

interface Told {
  title: string
  /** What is wrong in particular, and what to do. */
  advice: string
}

/** Title and advice for whatever went wrong with a call. */
export function told(error: unknown): Told {
  const problem = error instanceof ServerProblem ? error.problem : undefined
  if (problem === undefined) return { title: 'Berth does not answer', advice: 'Check your connection and try again.' }
  const particular = problem.detail === undefined ? '' : `${problem.detail.replace(/\.?$/, '.')} `
  return { title: problem.title, advice: `${particular}${adviceFor(problem)}`.trim() }
}

function adviceFor(problem: Problem): string {
  switch (problem.code) {
    case 'unauthenticated':
      return 'Sign in again.'
    case 'forbidden':
      return 'Ask an administrator if you need this.'
    case 'staleDecision':
      return 'Somebody was faster: the page shows what happened.'
    case 'quotaExceeded':
      return 'Choose a smaller size, or give a VM back.'
    case 'nameTaken':
      return 'Choose another name.'
    case 'tooManyRequests':
      return 'Wait a moment and try again.'
    case 'extensionNeedsApproval':
      return 'Ask an approver of your team, or give the VM back and request a new one.'
    case 'temporalUnavailable':
    case 'databaseUnavailable':
      return 'Nothing was lost. Try again in a minute.'
    case 'internalError':
      return problem.requestId === undefined
        ? 'Try again; if it stays, tell an operator.'
        : `Try again; if it stays, tell an operator this number: ${problem.requestId}.`
    default:
      return ''
  }
}

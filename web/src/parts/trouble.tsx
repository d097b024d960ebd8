import { Button } from '@patternfly/react-core'
import type { ErrorComponentProps } from '@tanstack/react-router'
import { told } from '../server/problem.ts'
import { Message } from './message.tsx'

/** What went wrong with reading something, and the way to try again. */
export function Trouble({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { title, advice } = told(error)
  return (
    <Message
      kind="error"
      title={title}
      live
      actions={
        <Button variant="link" isInline onClick={onRetry}>
          Try again
        </Button>
      }
    >
      {advice}
    </Message>
  )
}

/** The page itself broke: a bug, or a chunk of a version that was replaced while the tab was open. */
export function Crash({ error }: ErrorComponentProps) {
  return (
    <Message
      kind="error"
      title="This page stopped working"
      live
      actions={
        <Button variant="link" isInline onClick={() => location.reload()}>
          Load it again
        </Button>
      }
    >
      {error instanceof Error ? error.message : String(error)}
    </Message>
  )
}

import { Title } from '@patternfly/react-core'
import { useId, type ReactNode } from 'react'

interface Props {
  title: string
  children: ReactNode
  aside?: ReactNode
  /** For the page's layout. */
  className?: string
}

/** A part of a page with its heading; screen readers can jump to it. */
export function Section({ title, children, aside, className = '' }: Props) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={`section ${className}`}>
      <div className="line line-apart">
        <Title headingLevel="h2" size="lg" id={id}>
          {title}
        </Title>
        {aside}
      </div>
      {children}
    </section>
  )
}

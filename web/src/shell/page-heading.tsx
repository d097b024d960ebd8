import { Title } from '@patternfly/react-core'
import { useEffect, useRef, type ReactNode } from 'react'

let pagesShown = 0

interface Props {
  title: string
  /** Shown instead of the title's text, for instance with a badge. */
  children?: ReactNode
}

/** The page's one h1. It names the document, and takes the focus when a person comes from another page. */
export function PageHeading({ title, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (pagesShown > 0) heading.current?.focus({ preventScroll: true })
    pagesShown += 1
  }, [])
  return (
    <>
      <title>{`${title} · Berth`}</title>
      <Title headingLevel="h1" size="2xl" ref={heading} tabIndex={-1} className="page-heading">
        {children ?? title}
      </Title>
    </>
  )
}

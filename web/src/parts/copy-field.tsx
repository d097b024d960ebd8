import { Button } from '@patternfly/react-core'
import CheckIcon from '@patternfly/react-icons/dist/esm/icons/check-icon'
import CopyIcon from '@patternfly/react-icons/dist/esm/icons/copy-icon'
import { useEffect, useState } from 'react'
import { announce } from '../shell/announcements.tsx'

interface Props {
  text: string
  /** What is copied, for the button's name: "Copy ssh command". */
  what: string
  isLarge?: boolean
}

/** Text that a person takes along. It stays selectable where the clipboard is not allowed. */
export function CopyField({ text, what, isLarge = false }: Props) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => setCopied(false), 2_000)
    return () => clearTimeout(timer)
  }, [copied])

  const copy = async () => {
    const done = await writeToClipboard(text)
    setCopied(done)
    announce(done ? `Copied ${what}` : `Could not copy; select the ${what} and copy it by hand`)
  }
  return (
    <span className={isLarge ? 'copy-field copy-field-large' : 'copy-field'}>
      <code>{text}</code>
      <Button
        variant={isLarge ? 'secondary' : 'plain'}
        aria-label={`Copy ${what}`}
        title={copied ? 'Copied' : `Copy ${what}`}
        icon={copied ? <CheckIcon /> : <CopyIcon />}
        onClick={() => void copy()}
      >
        {isLarge ? (copied ? 'Copied' : 'Copy') : undefined}
      </Button>
    </span>
  )
}

/** Browsers offer the clipboard only in secure contexts and may refuse. */
async function writeToClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

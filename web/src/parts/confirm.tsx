import { Button, TextInput } from '@patternfly/react-core'
import { useId, useLayoutEffect, useRef, useState, type FormEvent, type ReactNode } from 'react'

interface Props {
  /** On the button that opens the panel. */
  action: string
  /** What will happen, and until when it can be undone. */
  consequence: ReactNode
  reason: 'none' | 'optional' | { required: string }
  isDangerous?: boolean
  /** The letter that opens it, where the page presses buttons by key. */
  shortcut?: string
  /** On the button that does it; otherwise the action and "now". */
  doIt?: string
  /** What else is chosen in the panel. */
  children?: ReactNode
  isPending: boolean
  /** `close` is for when it is done. */
  onConfirm: (reason: string | undefined, close: () => void) => void
}

/** A button that says what it will do before it does it, in place; the focus goes into the panel and comes back. */
export function Confirm(props: Props) {
  const {
    action,
    consequence,
    reason,
    isDangerous = false,
    doIt = `${action} now`,
    children,
    isPending,
    onConfirm,
  } = props
  const [isOpen, setOpen] = useState(false)
  const [words, setWords] = useState('')
  const opener = useRef<HTMLButtonElement>(null)
  const panel = useRef<HTMLFormElement>(null)
  const wasOpen = useRef(false)
  const id = useId()

  // Before it is painted, so that the focus is never nowhere.
  useLayoutEffect(() => {
    if (isOpen) panel.current?.querySelector<HTMLElement>('input, select, button')?.focus()
    else if (wasOpen.current) opener.current?.focus()
    wasOpen.current = isOpen
  }, [isOpen])

  if (!isOpen)
    return (
      <Button
        ref={opener}
        variant="secondary"
        isDanger={isDangerous}
        aria-keyshortcuts={props.shortcut}
        onClick={() => setOpen(true)}
      >
        {action}
      </Button>
    )
  const close = () => {
    setOpen(false)
    setWords('')
  }
  const confirm = (event: FormEvent) => {
    event.preventDefault()
    if (isPending) return
    onConfirm(words.trim() === '' ? undefined : words.trim(), close)
  }
  return (
    <form
      ref={panel}
      className="confirm"
      aria-label={action}
      onSubmit={confirm}
      onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}
    >
      <p>{consequence}</p>
      {children}
      {reason !== 'none' && (
        <label htmlFor={id} className="field">
          <span>{reason === 'optional' ? 'Reason (optional)' : reason.required}</span>
          <TextInput
            id={id}
            value={words}
            maxLength={1_000}
            isRequired={reason !== 'optional'}
            onChange={(_event, text) => setWords(text)}
          />
        </label>
      )}
      <div className="line">
        <Button
          type="submit"
          variant={isDangerous ? 'danger' : 'primary'}
          isLoading={isPending}
          isAriaDisabled={isPending}
          spinnerAriaLabel={`${action} is under way`}
        >
          {doIt}
        </Button>
        <Button variant="link" onClick={() => setOpen(false)}>
          Keep it as it is
        </Button>
      </div>
    </form>
  )
}

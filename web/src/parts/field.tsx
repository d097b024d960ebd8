import ErrorIcon from '@patternfly/react-icons/dist/esm/icons/rh-ui-error-fill-icon'
import type { ReactNode } from 'react'

interface Props {
  /** Of the control that the label belongs to; the hint and the error are `…-hint` and `…-error`. */
  id: string
  label: string
  hint?: ReactNode
  error?: string | undefined
  isOptional?: boolean
  children: ReactNode
}

/** A labelled control, what it wants, and what is wrong with it. */
export function Field({ id, label, hint, error, isOptional = false, children }: Props) {
  return (
    <div className="field">
      <label htmlFor={id} className="field-label">
        {label}
        {isOptional && <span className="subtle"> (optional)</span>}
      </label>
      {children}
      <FieldNotes id={id} hint={hint} error={error} />
    </div>
  )
}

/** The same for a group of controls. */
export function FieldGroup({ id, label, hint, error, children }: Omit<Props, 'isOptional'>) {
  return (
    <fieldset className="field" {...describedBy(id, hint, error)}>
      <legend className="field-label">{label}</legend>
      {children}
      <FieldNotes id={id} hint={hint} error={error} />
    </fieldset>
  )
}

function FieldNotes({ id, hint, error }: { id: string; hint: ReactNode; error: string | undefined }) {
  return (
    <>
      {hint !== undefined && (
        <div id={`${id}-hint`} className="subtle small">
          {hint}
        </div>
      )}
      {error !== undefined && (
        <div id={`${id}-error`} className="field-error small">
          <ErrorIcon /> {error}
        </div>
      )}
    </>
  )
}

/** For the control: what describes it. */
export function describedBy(id: string, hint: unknown, error: string | undefined) {
  const ids = [...(hint === undefined ? [] : [`${id}-hint`]), ...(error === undefined ? [] : [`${id}-error`])]
  return ids.length === 0 ? {} : { 'aria-describedby': ids.join(' ') }
}

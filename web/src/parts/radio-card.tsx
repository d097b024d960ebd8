import type { ReactNode } from 'react'

interface Props {
  name: string
  value: string
  isChosen: boolean
  onChoose: () => void
  label: string
  icon?: ReactNode
  children?: ReactNode
}

/** One of several choices, as a card that is a radio button as a whole. */
export function RadioCard({ name, value, isChosen, onChoose, label, icon, children }: Props) {
  return (
    <label className={isChosen ? 'radio-card radio-card-chosen' : 'radio-card'}>
      <input type="radio" name={name} value={value} checked={isChosen} onChange={onChoose} />
      <span className="radio-card-words">
        <span className="strong wrap">{label}</span>
        {children}
      </span>
      {icon}
    </label>
  )
}

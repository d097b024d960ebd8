import type { CatalogItem } from '@berth/contract/catalog-item.ts'
import { FormSelect, FormSelectOption, TextInput, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core'
import { useState } from 'react'
import { FieldGroup } from '../../parts/field.tsx'
import { lengthWords } from '../../time/words.ts'
import { leaseChoices } from '../../words/lease-choices.ts'

const units = [
  { words: 'minutes', seconds: 60 },
  { words: 'hours', seconds: 3_600 },
  { words: 'days', seconds: 86_400 },
]

interface Props {
  item: CatalogItem
  seconds: number | undefined
  error: string | undefined
  onChange: (seconds: number | undefined) => void
}

/** Quick choices, and any other length that the policy allows. */
export function LeaseField({ item, seconds, error, onChange }: Props) {
  const [isOther, setOther] = useState(false)
  const choices = leaseChoices(item.lease)
  const { minLeaseSeconds, maxGrantSeconds } = item.lease
  return (
    <FieldGroup
      id="lease"
      label="Lease"
      hint={`Counted from hand-over; ${lengthWords(minLeaseSeconds)} to ${lengthWords(maxGrantSeconds)}, and it can be extended.`}
      error={error}
    >
      <ToggleGroup aria-label="Lease" className="toggle-wrap">
        {choices.map((choice) => (
          <ToggleGroupItem
            key={choice.seconds}
            text={choice.words}
            isSelected={!isOther && seconds === choice.seconds}
            onChange={() => {
              setOther(false)
              onChange(choice.seconds)
            }}
          />
        ))}
        <ToggleGroupItem text="Other" isSelected={isOther} onChange={() => setOther(true)} />
      </ToggleGroup>
      {isOther && <OtherLength seconds={seconds} onChange={onChange} />}
    </FieldGroup>
  )
}

function OtherLength({ seconds = 86_400, onChange }: Pick<Props, 'seconds' | 'onChange'>) {
  const fitting = units.findLast((unit) => seconds % unit.seconds === 0) ?? units[0]
  const [unit, setUnit] = useState(fitting?.seconds ?? 60)
  const [count, setCount] = useState(String(seconds / unit))
  const tell = (text: string, unitSeconds: number) => {
    const number = Number(text)
    onChange(Number.isFinite(number) && number > 0 ? Math.round(number * unitSeconds) : undefined)
  }
  return (
    <div className="line">
      <TextInput
        aria-label="Length"
        type="number"
        min={1}
        className="short-input"
        value={count}
        onChange={(_event, text) => {
          setCount(text)
          tell(text, unit)
        }}
      />
      <FormSelect
        aria-label="Unit"
        className="short-input"
        value={unit}
        onChange={(_event, value) => {
          setUnit(Number(value))
          tell(count, Number(value))
        }}
      >
        {units.map(({ words, seconds: value }) => (
          <FormSelectOption key={value} value={value} label={words} />
        ))}
      </FormSelect>
    </div>
  )
}

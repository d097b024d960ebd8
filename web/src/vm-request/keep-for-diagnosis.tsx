import { FormSelect, FormSelectOption } from '@patternfly/react-core'
import { useId, useState } from 'react'
import { Confirm } from '../parts/confirm.tsx'
import { Field } from '../parts/field.tsx'
import { lengthWords } from '../time/words.ts'
import type { Decide } from './decide.ts'

const day = 86_400
const lengths = [day, 3 * day, 7 * day, 14 * day, 30 * day]

/** Gives the request up, and leaves what was built for somebody to look at. */
export function KeepForDiagnosis({ isPending, decide }: { isPending: boolean; decide: Decide }) {
  const [keepSeconds, setKeepSeconds] = useState(7 * day)
  const id = useId()
  return (
    <Confirm
      action="Keep for diagnosis"
      consequence="The request is given up and its owner is told; what was built stays as it is, and is then cleaned up."
      doIt="Give up and keep"
      reason="optional"
      isPending={isPending}
      onConfirm={(reason, close) =>
        decide({ action: 'keep', keepSeconds, ...(reason !== undefined && { reason }) }, close)
      }
    >
      <Field id={id} label="For how long">
        <FormSelect id={id} value={keepSeconds} onChange={(_event, value) => setKeepSeconds(Number(value))}>
          {lengths.map((seconds) => (
            <FormSelectOption key={seconds} value={seconds} label={lengthWords(seconds)} />
          ))}
        </FormSelect>
      </Field>
    </Confirm>
  )
}

import type { VmRequest } from '@berth/contract/vm-request.ts'
import { FormSelect, FormSelectOption, TextInput } from '@patternfly/react-core'
import { useId, useState } from 'react'
import { Confirm } from '../parts/confirm.tsx'
import { Field } from '../parts/field.tsx'
import type { Decide } from './decide.ts'

type Overridable = NonNullable<NonNullable<VmRequest['hold']>['overridable']>
type Chosen = Partial<Record<'datastore' | 'network' | 'resourcePool' | 'vmName', string>>

interface Props {
  overridable: Overridable
  isPending: boolean
  decide: Decide
}

/** A retry with another place or name, among what the catalog item allows; nothing where there is nothing to choose. */
export function RetryWith({ overridable, isPending, decide }: Props) {
  const [chosen, setChosen] = useState<Chosen>({})
  const id = useId()
  const lists = [
    { name: 'datastore', label: 'Datastore', values: overridable.datastores },
    { name: 'network', label: 'Network', values: overridable.networks },
    { name: 'resourcePool', label: 'Resource pool', values: overridable.resourcePools },
  ] as const
  const shown = lists.filter(({ values }) => values.length > 1)
  if (shown.length === 0 && !overridable.vmName) return null
  const choose = (name: keyof Chosen, value: string) => setChosen({ ...chosen, [name]: value })
  const overrides = Object.fromEntries(
    Object.entries(chosen).flatMap(([name, value]) => (value.trim() === '' ? [] : [[name, value.trim()]])),
  )
  return (
    <Confirm
      action="Retry with…"
      consequence="Only what is chosen here is changed, and only within what the catalog item allows."
      doIt="Retry with this"
      reason="optional"
      isPending={isPending}
      onConfirm={(reason, close) =>
        decide({ action: 'retry', overrides, ...(reason !== undefined && { reason }) }, close)
      }
    >
      {shown.map(({ name, label, values }) => (
        <Field key={name} id={`${id}-${name}`} label={label}>
          <FormSelect id={`${id}-${name}`} value={chosen[name] ?? ''} onChange={(_event, value) => choose(name, value)}>
            <FormSelectOption value="" label="As before" />
            {values.map((value) => (
              <FormSelectOption key={value} value={value} label={value} />
            ))}
          </FormSelect>
        </Field>
      ))}
      {overridable.vmName && (
        <Field id={`${id}-name`} label="Name" isOptional>
          <TextInput
            id={`${id}-name`}
            value={chosen.vmName ?? ''}
            maxLength={63}
            onChange={(_event, text) => choose('vmName', text)}
          />
        </Field>
      )}
    </Confirm>
  )
}

import type { CatalogItem } from '@berth/contract/catalog-item.ts'
import type { PreviewVmRequest } from '@berth/contract/preview.ts'
import { FormSelect, FormSelectOption, TextInput } from '@patternfly/react-core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState, type FormEvent } from 'react'
import { describedBy, Field, FieldGroup } from '../../parts/field.tsx'
import { RadioCard } from '../../parts/radio-card.tsx'
import { routes } from '../../paths.ts'
import { usePerson } from '../../person.ts'
import { call } from '../../server/call.ts'
import { fieldIssues } from '../../server/field-issues.ts'
import { idempotencyKeys } from '../../server/idempotency-key.ts'
import { keep } from '../../server/live.ts'
import { keys, preview } from '../../server/queries.ts'
import { useSettled } from '../../time/use-settled.ts'
import { draftFields, draftIssues, firstDraft, previewBody, requestBody, type Draft } from './draft.ts'
import { LeaseField } from './lease-field.tsx'
import { SshKeyField } from './ssh-key-field.tsx'
import { ThisRequest } from './this-request.tsx'
import { sizeWords } from '../../words/size-words.ts'

/** The form for one catalog item, with what would come of it beside it. */
export function RequestForm({ item }: { item: CatalogItem }) {
  const person = usePerson()
  const [draft, setDraft] = useState<Draft>(() => firstDraft(item, person))
  const [wasSent, setWasSent] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const outlook = useOutlook(previewBody(item, draft))
  const create = useCreate()

  const local = draftIssues(draft, item)
  const refused = fieldIssues(create.error, draftFields)
  const foreseen = fieldIssues(outlook.error, draftFields)
  const issues = { ...foreseen.at, ...(wasSent ? { ...local, ...refused.at } : {}) }

  const change = (changes: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...changes }))
    create.reset()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (create.isPending) return
    setWasSent(true)
    if (Object.keys(local).length > 0) focusFirstIssue(form.current)
    else create.mutate(requestBody(item, draft), { onError: () => focusFirstIssue(form.current) })
  }
  return (
    <form ref={form} className="request-columns" noValidate onSubmit={submit} aria-label={`Request ${item.name}`}>
      <div className="stack">
        <FieldGroup id="size" label="Size" error={issues.sizeId}>
          <div className="cards cards-small">
            {item.sizes.map((size) => (
              <RadioCard
                key={size.id}
                name="size"
                value={size.id}
                label={size.id}
                isChosen={size.id === draft.sizeId}
                onChoose={() => change({ sizeId: size.id })}
              >
                <span className="block subtle small">{sizeWords(size)}</span>
              </RadioCard>
            ))}
          </div>
        </FieldGroup>
        <LeaseField
          item={item}
          seconds={draft.leaseSeconds}
          error={issues.leaseSeconds}
          onChange={(leaseSeconds) => change({ leaseSeconds })}
        />
        <Field id="purpose" label="Purpose" hint="One line; whoever approves it reads it." error={issues.purpose}>
          <TextInput
            id="purpose"
            value={draft.purpose}
            maxLength={500}
            isRequired
            validated={issues.purpose === undefined ? 'default' : 'error'}
            onChange={(_event, purpose) => change({ purpose })}
            {...describedBy('purpose', true, issues.purpose)}
          />
        </Field>
        <SshKeyField
          remembered={person.sshPublicKeys}
          value={draft.sshPublicKey}
          error={issues.sshPublicKeys}
          onChange={(sshPublicKey) => change({ sshPublicKey })}
        />
        <Field
          id="name"
          label="Name"
          hint="Filled in by the catalog item’s pattern; change it if you like."
          error={issues.name}
        >
          <TextInput
            id="name"
            value={draft.name ?? outlook.data?.vmName ?? ''}
            maxLength={63}
            validated={issues.name === undefined ? 'default' : 'error'}
            onChange={(_event, name) => change({ name: name.trim() })}
            onBlur={() => draft.name === '' && change({ name: undefined })}
            {...describedBy('name', true, issues.name)}
          />
        </Field>
        {person.teams.length > 1 && (
          <Field id="team" label="Team" error={issues.teamId}>
            <FormSelect id="team" value={draft.teamId} onChange={(_event, teamId) => change({ teamId })}>
              {person.teams.map(({ id, name }) => (
                <FormSelectOption key={id} value={id} label={name} />
              ))}
            </FormSelect>
          </Field>
        )}
      </div>
      <ThisRequest
        preview={outlook.data}
        previewError={Object.keys(foreseen.at).length > 0 ? null : outlook.error}
        isPending={create.isPending}
        error={Object.keys(refused.at).length > 0 && refused.rest.length === 0 ? null : create.error}
      />
    </form>
  )
}

/** What would come of the draft, once the person pauses. The text is compared, since every draft is a new object. */
function useOutlook(body: PreviewVmRequest | undefined) {
  const settled = useSettled(JSON.stringify(body))
  return useQuery(preview(settled === undefined ? undefined : (JSON.parse(settled) as PreviewVmRequest)))
}

function useCreate() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [{ keyFor }] = useState(idempotencyKeys)
  return useMutation({
    mutationFn: (body: ReturnType<typeof requestBody>) =>
      call('createVmRequest', { body, idempotencyKey: keyFor(body) }),
    onSuccess: (request) => {
      keep(client, request)
      void client.invalidateQueries({ queryKey: keys.vmRequests })
      void client.invalidateQueries({ queryKey: keys.me })
      // The next form shall not begin with the name that is taken now.
      client.removeQueries({ queryKey: keys.preview })
      void navigate({ to: routes.vm, params: { requestId: request.id } })
    },
  })
}

/** After the issues are on the page. */
const focusFirstIssue = (form: HTMLFormElement | null) =>
  requestAnimationFrame(() => {
    const field = form?.querySelector('.field:has(> .field-error)')
    field?.querySelector<HTMLElement>('input:not([type="file"]), textarea, select, button')?.focus()
  })

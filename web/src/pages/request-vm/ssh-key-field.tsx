import { Button, TextArea } from '@patternfly/react-core'
import { useRef, useState, type DragEvent } from 'react'
import { describedBy, Field, FieldGroup } from '../../parts/field.tsx'
import { RadioCard } from '../../parts/radio-card.tsx'
import { keyLabel } from '../../words/key-label.ts'
import { keyIssue } from './draft.ts'

interface Props {
  /** Keys of earlier requests, latest first. */
  remembered: string[]
  value: string
  error: string | undefined
  onChange: (key: string) => void
}

/** One of the keys used before, or another one. */
export function SshKeyField({ remembered, value, error, onChange }: Props) {
  const [isOther, setOther] = useState(remembered.length === 0)
  const field = <NewKey value={value} error={error} onChange={onChange} />
  if (remembered.length === 0) return field
  return (
    <div className="stack stack-close">
      <FieldGroup id="ssh-key" label="SSH key" error={isOther ? undefined : error}>
        <div className="cards">
          {remembered.slice(0, 5).map((key) => (
            <RadioCard
              key={key}
              name="sshKey"
              value={key}
              label={keyLabel(key)}
              isChosen={!isOther && value === key}
              onChoose={() => {
                setOther(false)
                onChange(key)
              }}
            />
          ))}
          <RadioCard
            name="sshKey"
            value="other"
            label="Another key"
            isChosen={isOther}
            onChoose={() => {
              setOther(true)
              onChange('')
            }}
          />
        </div>
      </FieldGroup>
      {isOther && field}
    </div>
  )
}

/** Pasted, dropped as a file, or chosen as one. What is wrong with it is said as soon as something is there. */
function NewKey({ value, error, onChange }: Omit<Props, 'remembered'>) {
  const file = useRef<HTMLInputElement>(null)
  const told = error ?? (value.trim() === '' ? undefined : keyIssue(value))
  const read = async (files: FileList | null) => {
    const text = await files?.[0]?.slice(0, 20_000).text()
    if (text !== undefined) onChange(text.trim())
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    if (event.dataTransfer.files.length > 0) void read(event.dataTransfer.files)
    else onChange(event.dataTransfer.getData('text').trim())
  }
  return (
    <Field
      id="ssh-public-key"
      label="SSH public key"
      hint="Paste the line of your .pub file, or drop the file here. Only this key can log in."
      error={told}
    >
      <TextArea
        id="ssh-public-key"
        value={value}
        rows={3}
        resizeOrientation="vertical"
        className="mono"
        spellCheck={false}
        placeholder="ssh-ed25519 AAAA… you@laptop"
        validated={told === undefined ? 'default' : 'error'}
        onChange={(_event, text) => onChange(text)}
        onDragOver={(event) => event.preventDefault()}
        onDrop={drop}
        {...describedBy('ssh-public-key', true, told)}
      />
      <div>
        <Button variant="link" isInline onClick={() => file.current?.click()}>
          Choose a file
        </Button>
        <input
          ref={file}
          type="file"
          accept=".pub,text/plain"
          hidden
          onChange={(event) => {
            void read(event.target.files)
            // The same file again, once it is put right, is a choice too.
            event.target.value = ''
          }}
        />
      </div>
    </Field>
  )
}

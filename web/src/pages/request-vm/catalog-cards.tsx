import type { CatalogItem } from '@berth/contract/catalog-item.ts'
import LinuxIcon from '@patternfly/react-icons/dist/esm/icons/linux-icon'
import ServerIcon from '@patternfly/react-icons/dist/esm/icons/server-icon'
import UbuntuIcon from '@patternfly/react-icons/dist/esm/icons/ubuntu-icon'
import { lengthWords } from '../../time/words.ts'
import { RadioCard } from '../../parts/radio-card.tsx'

interface Props {
  items: CatalogItem[]
  chosenId: string | undefined
  onChoose: (itemId: string) => void
}

/** What is offered; choosing one opens the form below. */
export function CatalogCards({ items, chosenId, onChoose }: Props) {
  return (
    <fieldset className="field">
      <legend className="field-label">Catalog item</legend>
      <div className="cards">
        {items.map((item) => (
          <RadioCard
            key={item.id}
            name="catalogItem"
            value={item.id}
            label={item.name}
            icon={<OsIcon os={item.os} />}
            isChosen={item.id === chosenId}
            onChoose={() => onChoose(item.id)}
          >
            {item.description !== undefined && <span className="block subtle wrap">{item.description}</span>}
            <span className="block subtle small">
              {item.sizes.map(({ id }) => id).join(', ')} · at {item.siteId}
              {item.usuallyReadySeconds !== undefined && ` · usually ready in ${lengthWords(item.usuallyReadySeconds)}`}
            </span>
          </RadioCard>
        ))}
      </div>
    </fieldset>
  )
}

function OsIcon({ os }: { os: string }) {
  const Icon = /ubuntu/i.test(os)
    ? UbuntuIcon
    : /linux|debian|rocky|alma|suse|red hat/i.test(os)
      ? LinuxIcon
      : ServerIcon
  return (
    <span className="os-icon" aria-hidden="true">
      <Icon />
    </span>
  )
}

import type { VmRequest } from '@berth/contract/vm-request.ts'
import {
  FormSelect,
  FormSelectOption,
  FormSelectOptionGroup,
  ToggleGroup,
  ToggleGroupItem,
} from '@patternfly/react-core'
import { getRouteApi } from '@tanstack/react-router'
import { routes } from '../../paths.ts'
import { readsEverything, usePerson } from '../../person.ts'
import { chosenChips, myVmsFilter, otherChips, placesOf, type Chip, type MyVmsFilter } from './my-vms-filter.ts'
import { Search } from './search.tsx'

const route = getRouteApi(routes.myVms)

/** Whose VMs, current or ended, and chips for state, team and site; all of it stands in the address bar. */
export function Filters({ filter, requests }: { filter: MyVmsFilter; requests: VmRequest[] }) {
  const navigate = route.useNavigate()
  const everybody = readsEverything(usePerson()) ? 'Everybody’s' : 'My teams’'
  const change = (changes: Record<string, unknown>) =>
    void navigate({ search: myVmsFilter({ ...filter, ...changes }), replace: true })
  return (
    <div className="line" role="search" aria-label="VMs">
      <ToggleGroup aria-label="Whose VMs">
        <ToggleGroupItem text="Mine" isSelected={filter.whose === undefined} onChange={() => change({ whose: 0 })} />
        <ToggleGroupItem
          text={everybody}
          isSelected={filter.whose === 'all'}
          onChange={() => change({ whose: 'all' })}
        />
      </ToggleGroup>
      <ToggleGroup aria-label="Current or ended">
        <ToggleGroupItem text="Current" isSelected={filter.show === undefined} onChange={() => change({ show: 0 })} />
        <ToggleGroupItem text="Ended" isSelected={filter.show === 'ended'} onChange={() => change({ show: 'ended' })} />
      </ToggleGroup>
      <Search words={filter.q ?? ''} onSearch={(q) => change({ q })} />
      <Chips filter={filter} requests={requests} onChoose={(chip) => change(chip.changes)} />
    </div>
  )
}

interface ChipsProps {
  filter: MyVmsFilter
  requests: VmRequest[]
  onChoose: (chip: Chip) => void
}

function Chips({ filter, requests, onChoose }: ChipsProps) {
  const seen = placesOf(requests)
  const teams = new Map([...usePerson().teams.map(({ id, name }) => [id, name] as const), ...seen.teams])
  const others = otherChips(filter, teams, seen.sites)
  const add = (key: string) => {
    const chip = Object.values(others)
      .flat()
      .find((each) => each.key === key)
    if (chip !== undefined) onChoose(chip)
  }
  return (
    <>
      <FormSelect className="add-filter" aria-label="Add a filter" value="" onChange={(_event, key) => add(key)}>
        <FormSelectOption value="" label="Filter by …" />
        {Object.entries(others).map(([about, chips]) =>
          chips.length === 0 ? null : (
            <FormSelectOptionGroup key={about} label={about}>
              {chips.map(({ key, words }) => (
                <FormSelectOption key={key} value={key} label={words} />
              ))}
            </FormSelectOptionGroup>
          ),
        )}
      </FormSelect>
      {chosenChips(filter, teams).map((chip) => (
        <button
          key={chip.key}
          type="button"
          className="chip"
          aria-label={`Filter ${chip.words}: remove`}
          onClick={() => onChoose(chip)}
        >
          {chip.words} <span aria-hidden="true">×</span>
        </button>
      ))}
    </>
  )
}

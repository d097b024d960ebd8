import { SearchInput } from '@patternfly/react-core'
import { useEffect, useRef, useState } from 'react'

/** Asks the server once the person pauses. What the address bar says otherwise, as after a link, comes before what was typed. */
export function Search({ words, onSearch }: { words: string; onSearch: (words: string) => void }) {
  const [typed, setTyped] = useState(words)
  const asked = useRef(words)
  useEffect(() => {
    if (words === asked.current) return
    asked.current = words
    setTyped(words)
  }, [words])
  useEffect(() => {
    if (typed === asked.current) return undefined
    const timer = setTimeout(() => {
      asked.current = typed
      onSearch(typed)
    }, 300)
    return () => clearTimeout(timer)
  }, [typed, onSearch])
  return (
    <SearchInput
      className="search"
      aria-label="Search VMs"
      placeholder="Name, purpose or address"
      value={typed}
      onChange={(_event, text) => setTyped(text)}
      onClear={() => setTyped('')}
    />
  )
}

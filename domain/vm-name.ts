/** VM names are DNS labels, since they become host names, unique per site while the request is open. */

const longest = 63

export const isVmName = (name: string): boolean =>
  name.length <= longest && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name)

/** What a pattern such as `{team}-{owner}-{item}-{seq:4}` is filled with. */
export interface VmNameValues {
  team: string
  owner: string
  item: string
  /** 1, 2, 3 … per site; what makes the name unique, so it is never cut. */
  seq: number
}

const words = ['team', 'owner', 'item'] as const
type Word = (typeof words)[number]

const sequence = /\{seq(?::([1-9]))?\}/g
const anyPlaceholder = /\{[^{}]*\}/g

/** What is wrong with a pattern, or undefined. */
export function namePatternProblem(pattern: string): string | undefined {
  if (pattern.length > longest) return `a name pattern has at most ${longest} characters`
  if ([...pattern.matchAll(sequence)].length !== 1) return 'a name pattern needs {seq} or {seq:4} exactly once'
  const literals = pattern.replace(sequence, '').replace(/\{(?:team|owner|item)\}/g, '')
  const unknown = literals.match(anyPlaceholder)
  if (unknown !== null) return `a name pattern knows {team}, {owner}, {item} and {seq:4}, not ${unknown[0]}`
  if (!/^[a-z0-9-]*$/.test(literals))
    return 'a name pattern has only small letters, digits and hyphens beside its placeholders'
  // 16 digits are the longest whole number there is; what stands around it must leave room.
  if (literals.length > longest - 16) return 'a name pattern leaves too little room for its values'
  return undefined
}

/** The name for these values, always a DNS label: too long words are shortened, the longest first, never the number. */
export function renderVmName(pattern: string, values: VmNameValues): string {
  const filled: Record<Word, string> = {
    team: label(values.team),
    owner: label(values.owner),
    item: label(values.item),
  }
  let name = fill(pattern, filled, values.seq)
  while (name.length > longest && words.some((word) => filled[word] !== '')) {
    const word = words.toSorted((a, b) => filled[b].length - filled[a].length)[0] ?? 'team'
    filled[word] = filled[word].slice(0, -1)
    name = fill(pattern, filled, values.seq)
  }
  return name === '' ? `vm-${values.seq}` : name
}

const fill = (pattern: string, filled: Record<Word, string>, seq: number): string =>
  label(
    pattern
      .replace(sequence, (_, digits: string | undefined) => String(seq).padStart(Number(digits ?? 1), '0'))
      .replace(/\{(team|owner|item)\}/g, (_, word: Word) => filled[word]),
  )

/** `Zoë.Müller@example.test` becomes `zoe-muller-example-test`. */
const label = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

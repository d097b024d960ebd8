import type { CatalogItem } from '@berth/contract/catalog-item.ts'
import type { CreateVmRequest } from '@berth/contract/create-vm-request.ts'
import type { Me } from '@berth/contract/me.ts'
import type { PreviewVmRequest } from '@berth/contract/preview.ts'
import { defaultLeaseSeconds } from '@berth/domain/policy.ts'
import { parseSshPublicKey } from '@berth/domain/ssh-public-key.ts'
import { isVmName } from '@berth/domain/vm-name.ts'
import { lengthWords } from '../../time/words.ts'
import { leaseChoices } from '../../words/lease-choices.ts'

/** The form as it is filled in. */
export interface Draft {
  sizeId: string
  /** Undefined while the other length is not a number. */
  leaseSeconds: number | undefined
  purpose: string
  sshPublicKey: string
  /** Undefined or empty: the catalog item's pattern names it. */
  name: string | undefined
  teamId: string
}

export const draftFields = ['sizeId', 'leaseSeconds', 'purpose', 'sshPublicKeys', 'name', 'teamId'] as const
export type DraftField = (typeof draftFields)[number]
export type DraftIssues = Partial<Record<DraftField, string>>

/** What the form begins with: the smallest size, the item's usual lease, the key used last. */
export function firstDraft(item: CatalogItem, person: Me): Draft {
  const usual = item.lease.defaultSeconds ?? defaultLeaseSeconds
  const choices = leaseChoices(item.lease)
  const chosen = choices.findLast(({ seconds }) => seconds <= usual) ?? choices[0]
  return {
    sizeId: item.sizes[0]?.id ?? '',
    leaseSeconds: chosen?.seconds ?? usual,
    purpose: '',
    sshPublicKey: person.sshPublicKeys[0] ?? '',
    name: undefined,
    teamId: person.teams[0]?.id ?? '',
  }
}

/** What can be told to be wrong without asking the server; it checks all of it again. */
export function draftIssues(draft: Draft, { lease }: CatalogItem): DraftIssues {
  const { leaseSeconds, purpose, name } = draft
  const key = keyIssue(draft.sshPublicKey)
  return {
    ...(leaseSeconds === undefined || leaseSeconds < lease.minLeaseSeconds || leaseSeconds > lease.maxGrantSeconds
      ? { leaseSeconds: `Choose from ${lengthWords(lease.minLeaseSeconds)} to ${lengthWords(lease.maxGrantSeconds)}.` }
      : {}),
    ...(purpose.trim() === '' ? { purpose: 'Say in a few words what it is for: whoever approves it reads this.' } : {}),
    ...(key === undefined ? {} : { sshPublicKeys: key }),
    ...(isNamed(name) && !isVmName(name)
      ? { name: 'Use 1 to 63 small letters, digits and hyphens, with no hyphen at either end.' }
      : {}),
  }
}

export function keyIssue(text: string): string | undefined {
  if (text.trim() === '') return 'Paste your public key: the line in a file such as ~/.ssh/id_ed25519.pub.'
  const parsed = parseSshPublicKey(text)
  return parsed.ok ? undefined : `${parsed.reason.charAt(0).toUpperCase()}${parsed.reason.slice(1)}.`
}

export const requestBody = (item: CatalogItem, draft: Draft): CreateVmRequest => ({
  ...chosen(item, draft),
  purpose: draft.purpose.trim(),
  sshPublicKeys: [draft.sshPublicKey.trim()],
  ...(isNamed(draft.name) ? { name: draft.name } : {}),
})

/** Undefined while what is filled in cannot be asked about. */
export function previewBody(item: CatalogItem, draft: Draft): PreviewVmRequest | undefined {
  const issues = draftIssues(draft, item)
  if (issues.leaseSeconds !== undefined) return undefined
  return { ...chosen(item, draft), ...(isNamed(draft.name) && issues.name === undefined ? { name: draft.name } : {}) }
}

const isNamed = (name: string | undefined): name is string => name !== undefined && name !== ''

const chosen = (item: CatalogItem, { sizeId, leaseSeconds, teamId }: Draft) => ({
  catalogItemId: item.id,
  sizeId,
  leaseSeconds: leaseSeconds ?? item.lease.minLeaseSeconds,
  ...(teamId === '' ? {} : { teamId }),
})

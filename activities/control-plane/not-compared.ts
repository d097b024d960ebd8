import type { Finding } from './control-plane-ports.ts'
import type { SiteInventory } from './site-inventory.ts'

/** What a run could not look at, one finding for each cause: silence would read as "all is well". */
export function notCompared({ siteId, listed, whyNot }: SiteInventory): Finding[] {
  const found = (subject: string, detail: string): Finding => ({ kind: 'notCompared', subject, detail })
  if (listed === null) {
    const { code, sentence = 'the site did not answer' } = whyNot ?? {}
    return [found(siteId, `no VM of ${siteId}: ${sentence}${code === undefined ? '' : ` (${code})`}`)]
  }
  const { missingFolders, unreadable } = listed
  const folders = missingFolders.map((path) =>
    found(
      path,
      `the managed folder ${path} is not there; its VMs are looked for by their instanceUuid (placementMissing)`,
    ),
  )
  const [first] = unreadable
  if (first === undefined) return folders
  const { name, moid, lacking, state } = first
  const why =
    lacking === undefined
      ? `vCenter calls it ${state}, and has no configuration of it (hostDisconnected)`
      : `the agent lacks ${lacking} (noPermission)`
  const others = unreadable.length > 1 ? ` and ${unreadable.length - 1} more` : ''
  return [...folders, found(`${siteId}/unreadable`, `${name} (${moid})${others}: ${why}`)]
}

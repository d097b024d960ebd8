import type { ListedVms, OwnedVm } from './vcenter-port.ts'

/** What is at a site as it crosses Temporal: a payload is 2 MB at most, and thousands of VMs are more as they are. */
export type PackedVms = string

export async function packVms(listed: ListedVms): Promise<PackedVms> {
  const zipped = new Blob([JSON.stringify(listed)]).stream().pipeThrough(new CompressionStream('gzip'))
  return Buffer.from(await new Response(zipped).arrayBuffer()).toString('base64')
}

export async function unpackVms(packed: PackedVms): Promise<ListedVms> {
  const unzipped = new Blob([Buffer.from(packed, 'base64')]).stream().pipeThrough(new DecompressionStream('gzip'))
  const listed = (await new Response(unzipped).json()) as ListedVms | OwnedVm[]
  // An agent of an earlier version sends the VMs alone.
  return Array.isArray(listed) ? { vms: listed, missingFolders: [], unreadable: [] } : listed
}

import type { OwnedVm } from './vcenter-port.ts'

/** VMs of a site as they cross Temporal: a payload is 2 MB at most, and thousands of VMs are more as they are. */
export type PackedVms = string

export async function packVms(vms: readonly OwnedVm[]): Promise<PackedVms> {
  const zipped = new Blob([JSON.stringify(vms)]).stream().pipeThrough(new CompressionStream('gzip'))
  return Buffer.from(await new Response(zipped).arrayBuffer()).toString('base64')
}

export async function unpackVms(packed: PackedVms): Promise<OwnedVm[]> {
  const unzipped = new Blob([Buffer.from(packed, 'base64')]).stream().pipeThrough(new DecompressionStream('gzip'))
  return (await new Response(unzipped).json()) as OwnedVm[]
}

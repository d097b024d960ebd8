/** What a VM is given. */
export interface Size {
  id: string
  vCpu: number
  memoryMiB: number
  diskGiB: number
}

export const sizeLabel = (size: Size): string =>
  `${size.vCpu} vCPU · ${size.memoryMiB % 1024 === 0 ? `${size.memoryMiB / 1024} GiB` : `${size.memoryMiB} MiB`} · ${size.diskGiB} GiB`

/** What a VM is given. */
export interface Size {
  id: string
  vCpu: number
  memoryMiB: number
  diskGiB: number
}

export const sizeLabel = ({ vCpu, memoryMiB, diskGiB }: Omit<Size, 'id'>): string => {
  const memory = memoryMiB % 1024 === 0 ? `${memoryMiB / 1024} GiB` : `${memoryMiB} MiB`
  return `${vCpu} vCPU · ${memory} memory · ${diskGiB} GiB disk`
}

import { expect, test } from '@jest/globals'
import { sizeLabel } from './size.ts'

test.each([
  { memoryMiB: 4_096, label: '2 vCPU · 4 GiB memory · 40 GiB disk' },
  { memoryMiB: 1_536, label: '2 vCPU · 1536 MiB memory · 40 GiB disk' },
])('a size with $memoryMiB MiB reads "$label"', ({ memoryMiB, label }) => {
  expect(sizeLabel({ vCpu: 2, memoryMiB, diskGiB: 40 })).toBe(label)
})

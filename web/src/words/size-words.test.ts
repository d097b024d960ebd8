import { expect, test } from '@jest/globals'
import { sizeWords } from './size-words.ts'

test('a size breaks into lines only between its amounts', () => {
  const words = sizeWords({ vCpu: 2, memoryMiB: 4_096, diskGiB: 40 })
  expect(words.split(' ')).toEqual(['2\u00a0vCPU,', '4\u00a0GiB\u00a0memory,', '40\u00a0GiB\u00a0disk'])
})

import { sizeLabel, type Size } from '@berth/domain/size.ts'
import { unbroken } from './unbroken.ts'

/** "2 vCPU, 4 GiB memory, 40 GiB disk", with line breaks only between the three. */
export const sizeWords = (size: Omit<Size, 'id'>): string => sizeLabel(size).split(' · ').map(unbroken).join(', ')

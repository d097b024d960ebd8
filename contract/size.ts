import { z } from 'zod'
import type { Size } from '@berth/domain/size.ts'

const amount = z.number().int().positive()

/** What a VM is given. */
export const sizeAmounts = { vCpu: amount, memoryMiB: amount, diskGiB: amount }

export const size = z.object({ id: z.string(), ...sizeAmounts }).meta({ id: 'Size' }) satisfies z.ZodType<Size>

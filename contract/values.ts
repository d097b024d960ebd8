import { z } from 'zod'
import { longestSeconds } from '@berth/domain/instant.ts'
import { parseSshPublicKey } from '@berth/domain/ssh-public-key.ts'
import { isVmName } from '@berth/domain/vm-name.ts'

/** Values that several messages have in common. */

/** UTC with milliseconds, as everything is stored. */
export const instant = z.iso.datetime().meta({ description: 'An instant in UTC', example: '2026-11-22T09:30:00.000Z' })

export const seconds = z
  .number()
  .int()
  .positive()
  .max(longestSeconds)
  .meta({ description: 'A duration in seconds', example: 3_600 })

export const identifier = z.string().min(1).max(100)

export const purpose = z.string().trim().min(1).max(500).meta({ example: 'Test the release candidate' })

export const reason = z.string().trim().min(1).max(1_000)

export const vmName = z
  .string()
  .refine(isVmName, 'must be a DNS label: 1 to 63 small letters, digits and hyphens, no hyphen at either end')
  .meta({
    description: 'A DNS label',
    example: 'platform-alex-ubuntu-0007',
    pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
  })

export const sshPublicKey = z
  .string()
  .max(16 * 1_024, 'the key is longer than 16 KiB: paste one key only')
  .superRefine((text, context) => {
    const parsed = parseSshPublicKey(text)
    if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.reason })
  })
  .meta({ description: 'One line in OpenSSH’s format', example: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI… alex@laptop' })

export const sshPublicKeys = z.array(sshPublicKey).min(1).max(10)

import { gunzipSync } from 'node:zlib'
import { parse } from 'yaml'
import { z } from 'zod'

interface GuestSettings {
  hostName: string
  users: GuestUser[]
}

export interface GuestUser {
  name: string
  /** Lines as in authorized_keys. */
  authorizedKeys: string[]
}

const keyLines = z.array(z.string()).default([])
const userdataSchema = z.looseObject({
  hostname: z.string().optional(),
  users: z
    .array(z.union([z.string(), z.looseObject({ name: z.string(), ssh_authorized_keys: keyLines })]))
    .default(['default']),
  ssh_authorized_keys: keyLines,
})
const metadataSchema = z.looseObject({ 'local-hostname': z.string().optional(), hostname: z.string().optional() })

/**
 * What cloud-init would make of `guestinfo.*` (DataSourceVMware). A virtual machine without user data has its own
 * name and nobody who may log in, and so has one whose user data cannot be read, as with the real cloud-init.
 */
export function guestSettings(
  vmName: string,
  extraConfig: Readonly<Record<string, string>>,
  defaultUser: string,
): GuestSettings {
  const metadata = metadataSchema.safeParse(document(extraConfig, 'metadata')).data
  const userdata = userdataSchema.safeParse(document(extraConfig, 'userdata')).data
  const hostName = metadata?.['local-hostname'] ?? metadata?.hostname ?? userdata?.hostname ?? vmName
  if (userdata === undefined) return { hostName, users: [] }

  const users = userdata.users.map((user) =>
    typeof user === 'string'
      ? { name: user === 'default' ? defaultUser : user, authorizedKeys: userdata.ssh_authorized_keys }
      : { name: user.name, authorizedKeys: user.ssh_authorized_keys },
  )
  return { hostName, users }
}

function document(extraConfig: Readonly<Record<string, string>>, part: 'metadata' | 'userdata'): unknown {
  const stored = extraConfig[`guestinfo.${part}`]
  if (stored === undefined || stored === '') return part === 'metadata' ? {} : undefined
  const text = decoded(stored, extraConfig[`guestinfo.${part}.encoding`])
  if (part === 'userdata' && !text.startsWith('#cloud-config')) return undefined
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

function decoded(stored: string, encoding: string | undefined): string {
  if (encoding === 'base64' || encoding === 'b64') return Buffer.from(stored, 'base64').toString('utf8')
  if (encoding === 'gzip+base64' || encoding === 'gz+b64')
    return gunzipSync(Buffer.from(stored, 'base64')).toString('utf8')
  return stored
}

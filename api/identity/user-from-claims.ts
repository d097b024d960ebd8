import type { UserProfile } from '@berth/database/users.ts'
import type { Configuration } from '@berth/domain/configuration.ts'
import { roles } from '@berth/domain/role.ts'
import type { Claims } from './oidc-provider.ts'

/** Providers put memberships under either name. */
const membershipClaims = ['groups', 'roles']

/** The user that a login's claims describe, by the mapping of `berth.yaml`. Unknown values give nothing. */
export function userFromClaims(
  claims: Claims,
  { roleClaims, teams }: Pick<Configuration, 'roleClaims' | 'teams'>,
): UserProfile {
  const memberships = membershipClaims.flatMap((name) => texts(claims[name]))
  const username = text(claims['preferred_username']) ?? text(claims['email']) ?? claims.sub
  const email = text(claims['email'])
  return {
    id: claims.sub,
    username,
    displayName: text(claims['name']) ?? username,
    roles: roles.filter((role) => roleClaims[role]?.some((value) => memberships.includes(value)) === true),
    teamIds: teams.filter(({ claim }) => memberships.includes(claim)).map(({ id }) => id),
    ...(email !== undefined && { email }),
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const texts = (value: unknown): string[] => [value].flat().filter((member) => typeof member === 'string')

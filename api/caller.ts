import type { Role } from '@berth/domain/role.ts'

/** Whoever asks, with roles and teams as the database has them now. */
export interface Caller {
  userId: string
  displayName: string
  email?: string
  roles: readonly Role[]
  teamIds: readonly string[]
  via: 'session' | 'token'
}

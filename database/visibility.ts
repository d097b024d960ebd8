import type { Prisma } from './generated/client.ts'

/** Whose requests somebody may see: everybody's, or own ones, those of own teams, and those they are named to approve. */
export type Visibility = 'all' | { userId: string; teamIds: readonly string[] }

export function visible(visibility: Visibility): Prisma.VmRequestWhereInput {
  if (visibility === 'all') return {}
  const { userId, teamIds } = visibility
  return {
    OR: [
      { ownerId: userId },
      { requesterId: userId },
      { teamId: { in: [...teamIds] } },
      { approvals: { some: { approvers: { has: userId } } } },
    ],
  }
}

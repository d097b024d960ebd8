/** What people may be; a user can have several. Who may do what with them is the API's table of policies. */
export const roles = ['developer', 'approver', 'operator', 'admin', 'auditor'] as const
export type Role = (typeof roles)[number]

export function isRole(value: unknown): value is Role {
  return (roles as readonly unknown[]).includes(value)
}

/** Every address of the portal. `routes` are the patterns of the router, `paths` builds what links point to. */
export const routes = {
  home: '/',
  requestVm: '/request',
  myVms: '/vms',
  vm: '/vms/$requestId',
  approvals: '/approvals',
  operations: '/operations',
  sites: '/sites',
} as const

export const paths = {
  home: () => routes.home,
  requestVm: () => routes.requestVm,
  myVms: () => routes.myVms,
  vm: (requestId: string) => `/vms/${encodeURIComponent(requestId)}`,
  approvals: () => routes.approvals,
  operations: () => routes.operations,
  sites: () => routes.sites,
  signIn: (returnTo: string) => `/auth/login?returnTo=${encodeURIComponent(returnTo)}`,
  signOut: () => '/auth/logout',
} as const

import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { HomePage } from './pages/home-page.tsx'
import { NotFoundPage } from './pages/not-found-page.tsx'
import { PageSkeleton } from './parts/page-skeleton.tsx'
import { Crash } from './parts/trouble.tsx'
import { routes } from './paths.ts'
import { Portal } from './portal.tsx'
import { findingsFilter } from './words/finding-groups.ts'
import { myVmsFilter } from './pages/my-vms/my-vms-filter.ts'

const root = createRootRoute({ component: Portal, notFoundComponent: NotFoundPage })

const page = { getParentRoute: () => root } as const

const home = createRoute({ ...page, path: routes.home, component: HomePage })
const myVms = createRoute({
  ...page,
  path: routes.myVms,
  validateSearch: myVmsFilter,
  component: lazyRouteComponent(() => import('./pages/my-vms/my-vms-page.tsx'), 'MyVmsPage'),
})
const requestVm = createRoute({
  ...page,
  path: routes.requestVm,
  validateSearch: ({ item }: Record<string, unknown>): { item?: string } => (typeof item === 'string' ? { item } : {}),
  component: lazyRouteComponent(() => import('./pages/request-vm/request-vm-page.tsx'), 'RequestVmPage'),
})
const vm = createRoute({
  ...page,
  path: routes.vm,
  component: lazyRouteComponent(() => import('./pages/vm/vm-page.tsx'), 'VmPage'),
})
const approvals = createRoute({
  ...page,
  path: routes.approvals,
  validateSearch: ({ tab, chosen }: Record<string, unknown>): { tab?: 'decided'; chosen?: string } => ({
    ...(tab === 'decided' ? { tab } : {}),
    ...(typeof chosen === 'string' ? { chosen } : {}),
  }),
  component: lazyRouteComponent(() => import('./pages/approvals/approvals-page.tsx'), 'ApprovalsPage'),
})
const operations = createRoute({
  ...page,
  path: routes.operations,
  validateSearch: findingsFilter,
  component: lazyRouteComponent(() => import('./pages/operations/operations-page.tsx'), 'OperationsPage'),
})
const sites = createRoute({
  ...page,
  path: routes.sites,
  component: lazyRouteComponent(() => import('./pages/sites/sites-page.tsx'), 'SitesPage'),
})

export const portalRouter = createRouter({
  routeTree: root.addChildren([home, myVms, requestVm, vm, approvals, operations, sites]),
  defaultPendingComponent: PageSkeleton,
  defaultErrorComponent: Crash,
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof portalRouter
  }
}

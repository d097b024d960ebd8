import '@patternfly/react-core/dist/styles/base.css'
import './style.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { portalRouter } from './portal-router.tsx'
import { startTheme } from './shell/theme.ts'
import { queryClient } from './server/query-client.ts'

startTheme()

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no element #root')
createRoot(root).render(
  <QueryClientProvider client={queryClient}>
    <RouterProvider router={portalRouter} />
  </QueryClientProvider>,
)

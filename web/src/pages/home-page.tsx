import { Navigate } from '@tanstack/react-router'
import { routes } from '../paths.ts'
import { isApprover, isDeveloper, readsEverything, usePerson } from '../person.ts'

/** Where each role's first question is answered. */
export function HomePage() {
  const person = usePerson()
  if (isDeveloper(person)) return <Navigate to={routes.myVms} replace />
  if (isApprover(person)) return <Navigate to={routes.approvals} replace />
  return <Navigate to={readsEverything(person) ? routes.operations : routes.myVms} replace />
}

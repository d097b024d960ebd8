import type { Me } from '@berth/contract/me.ts'
import { createContext, useContext } from 'react'

export const PersonContext = createContext<Me | undefined>(undefined)

/** The person who is signed in; pages exist only for such. */
export function usePerson(): Me {
  const person = useContext(PersonContext)
  if (person === undefined) throw new Error('usePerson is for pages of people who are signed in')
  return person
}

export const isOperator = ({ roles }: Me): boolean => roles.includes('operator') || roles.includes('admin')

/** Operators act on what all teams have; auditors read it. */
export const readsEverything = (person: Me): boolean => isOperator(person) || person.roles.includes('auditor')

/** Who may ask for a VM. */
export const isDeveloper = ({ roles }: Me): boolean => roles.includes('developer')

export const isApprover = ({ roles }: Me): boolean => roles.includes('approver')

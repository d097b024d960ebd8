import type { Me } from '@berth/contract/me.ts'
import { paths } from '../paths.ts'

/** Who is signed in, and the way out. A form, since signing out changes something. */
export function PersonMenu({ person }: { person: Me }) {
  return (
    <form className="person-menu" method="post" action={paths.signOut()}>
      <span className="person" title={`${person.displayName} · ${person.roles.join(', ')}`}>
        {person.displayName}
      </span>
      <button type="submit" className="text-button">
        Sign out
      </button>
    </form>
  )
}

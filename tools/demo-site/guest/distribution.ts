interface Distribution {
  name: string
  /** As in /etc/os-release; also the name of the image's default user. */
  id: string
  version: string
}

export function distributionOf(guestId: string): Distribution {
  if (guestId.startsWith('ubuntu')) return { name: 'Ubuntu', id: 'ubuntu', version: '24.04' }
  if (guestId.startsWith('debian')) return { name: 'Debian GNU/Linux', id: 'debian', version: '13' }
  return { name: 'Linux', id: 'linux', version: '1' }
}

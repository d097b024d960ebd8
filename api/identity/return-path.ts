/** Where to go after login: a path of ours, never another site, whatever tricks the text plays. */
export function returnPath(wanted: unknown, publicUrl: string): string {
  if (typeof wanted !== 'string' || !wanted.startsWith('/') || wanted.length > 2_000) return '/'
  const base = new URL(publicUrl)
  if (!URL.canParse(wanted, publicUrl)) return '/'
  const target = new URL(wanted, base)
  const path = `${target.pathname}${target.search}${target.hash}`
  if (target.origin !== base.origin || path.startsWith('//') || path.startsWith('/auth/')) return '/'
  return path
}

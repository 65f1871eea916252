// Where to go after logging in: a path of this site, whatever somebody wrote into the address.

/** The path in `?next=`, or where this role works. */
export function nextPlace(search, role) {
  const next = new URLSearchParams(search).get('next') ?? '';
  const ours = 'https://ours.invalid';
  try {
    const url = new URL(next, ours);
    const place = url.pathname + url.search + url.hash;
    if (next.startsWith('/') && url.origin === ours && url.pathname !== '/login' && !place.startsWith('//')) return place;
  } catch {
    // Not an address at all: as if there were none.
  }
  return { teacher: '/stats', compliance: '/words', admin: '/admin' }[role] ?? '/';
}

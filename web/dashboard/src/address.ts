/** Where the reader is, as the part of the address after `#`: it can be kept and sent. No secret is in it. Pure. */

export const PAGES = ['overview', 'sessions', 'history', 'quality', 'planning', 'maintenance', 'settings'] as const;
export type PageName = (typeof PAGES)[number];

export interface Place {
  /** `null`: the only one, or the first. */
  readonly org: string | null;
  readonly page: PageName;
  /** Range and filters. */
  readonly query: Readonly<Record<string, string>>;
}

export function read(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [org = '', page = ''] = path.split('/');
  return {
    org: /^[a-z0-9_-]{1,64}$/.test(org) ? org : null,
    page: PAGES.find((known) => known === page) ?? 'overview',
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

export function write(place: Place): string {
  const query = new URLSearchParams(Object.entries(place.query).filter(([, value]) => value !== '')).toString();
  return `#/${place.org ?? ''}/${place.page}${query === '' ? '' : `?${query}`}`;
}

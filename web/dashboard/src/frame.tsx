/** Around every page: whose numbers, how fresh they are, and the way to the other pages. */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type PageName, PAGES, write } from './address';
import { useDesk, useLive, useNow } from './context';
import type { Organization } from './organization';
import { clock } from './words/time';

const NAMES: Readonly<Record<PageName, string>> = {
  overview: 'Overview',
  sessions: 'Sessions',
  history: 'History',
  quality: 'Quality',
  planning: 'Planning',
  maintenance: 'Maintenance and alerts',
  settings: 'Settings',
};

interface Props {
  readonly organizations: readonly Organization[];
  readonly leave: () => void;
  readonly children: ComponentChildren;
}

export function Frame({ organizations, leave, children }: Props) {
  const { world, id, me, place, go } = useDesk();
  const { organization, freshness, isMissing } = useLive();
  const name = organization?.name ?? organizations.find((one) => one.id === id)?.name ?? id;
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    world.title(`${NAMES[place.page]} · ${name} · Seats`);
  }, [place.page, name]);
  // Who follows a link with the keyboard goes on reading at the new page.
  useEffect(() => {
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
  }, [place.page, id]);
  return (
    <div class={`desk ${freshness === 'stale' ? 'stale' : ''}`}>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>To the page</a>
      <header class="top">
        <div class="who">
          {organizations.length > 1 ? (
            <label>
              <span class="unseen">Organization</span>
              <select value={id} onChange={(event) => go({ org: event.currentTarget.value })}>
                {organizations.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
              </select>
            </label>
          ) : (
            <strong class="name">{name}</strong>
          )}
          <ZoneClock />
        </div>
        <Badge />
        <div class="you">
          <span class="muted">{me.role}</span>
          <button onClick={leave}>Log out</button>
        </div>
      </header>
      <nav aria-label="Pages">
        <ul>
          {PAGES.map((page) => (
            <li key={page}>
              <a href={write({ org: place.org, page, query: page === place.page ? place.query : {} })} aria-current={page === place.page ? 'page' : undefined}>{NAMES[page]}</a>
            </li>
          ))}
        </ul>
      </nav>
      <main id="main" ref={main} tabIndex={-1} aria-label={NAMES[place.page]}>
        <h1 class="unseen">{NAMES[place.page]}</h1>
        {isMissing ? <p class="notice amber" role="alert">⚠ This token sees no organization called “{id}” on this server.</p> : null}
        {children}
      </main>
    </div>
  );
}

/** "Europe/Berlin 10:41:07": all times of the page are of this zone. */
function ZoneClock() {
  const { zone, organization } = useLive();
  const now = useNow();
  return <span class="zone muted" title="All times on this page are in the organization’s time zone.">{organization === null ? '' : `${zone} ${clock(now, zone)}`}</span>;
}

function Badge() {
  const { store } = useDesk();
  const { zone } = useLive();
  useNow();
  const fresh = store.freshness();
  const [tone, word, more] =
    fresh.kind === 'live'
      ? (['good', '● Live', `updated ${Math.floor(fresh.ageMs / 1000)} s ago`] as const)
      : fresh.kind === 'stale'
        ? (['amber', `⚠ Stale since ${clock(fresh.since, zone)}`, 'connecting again'] as const)
        : (['quiet', '○ Connecting', ''] as const);
  return (
    <div class={`badge ${tone}`}>
      <span role="status" aria-live="polite">{word}</span>
      <span class="since">{more}</span>
    </div>
  );
}

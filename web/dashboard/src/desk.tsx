/** One organization at a time: the feed, the frame around the pages, and the page. */

import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { type Place, read, write } from './address';
import { Api } from './api';
import { type DeskValue, DeskContext } from './context';
import { paged } from './door';
import { Frame } from './frame';
import { LiveStore } from './live/store';
import { type Me, me as readMe, type Organization, organization } from './organization';
import { HistoryPage } from './pages/history';
import { MaintenancePage } from './pages/maintenance';
import { OverviewPage } from './pages/overview';
import { PlanningPage } from './pages/planning';
import { QualityPage } from './pages/quality';
import { SessionsPage } from './pages/sessions';
import { SettingsPage } from './pages/settings';
import { useAsked } from './parts/asked';
import type { World } from './world';

interface Props {
  readonly world: World;
  readonly token: string;
  readonly me: Me;
  readonly leave: (why: string | null) => void;
}

const PAGES = {
  overview: OverviewPage,
  sessions: SessionsPage,
  history: HistoryPage,
  quality: QualityPage,
  planning: PlanningPage,
  maintenance: MaintenancePage,
  settings: SettingsPage,
} as const;

const MOST_ORGANIZATIONS = 5_000;
const LIST_EVERY_MS = 60_000;

export function Desk({ world, token, me: entered, leave }: Props) {
  // The server ends the feed of a revoked token, and gives it no other.
  const denied = useCallback(() => leave('This token is not valid any more.'), []);
  const [me, setMe] = useState(entered);
  const api: Api = useMemo(() => new Api(token, world.fetch, (how) => (how === 'denied' ? denied() : void whoAmI())), []);
  /** What was offered is not allowed: the token may be another one by now. */
  const whoAmI = async (): Promise<void> => {
    const answer = await api.get('/api/v1/me', readMe);
    if (answer.kind === 'ok') setMe(answer.value);
  };
  const [place, setPlace] = useState<Place>(() => read(world.hash.read()));
  useEffect(() => world.hash.watch(() => setPlace(read(world.hash.read()))), []);
  const [organizations] = useAsked(() => api.all('/api/v1/organizations', paged(organization), MOST_ORGANIZATIONS), [], LIST_EVERY_MS);
  const all: readonly Organization[] = organizations.kind === 'here' ? organizations.value.items : [];
  const id = me.org ?? place.org ?? all[0]?.id ?? null;
  const store = useMemo(() => (id === null ? null : new LiveStore(world, token, id, denied)), [id]);
  useEffect(() => store?.run(), [store]);

  const go = useCallback((change: Partial<Place>, replace = false) => {
    const now = read(world.hash.read());
    // Another page begins with its own range and filters.
    const query = change.query ?? (change.page !== undefined && change.page !== now.page ? {} : now.query);
    world.hash.write(write({ ...now, ...change, query }), replace);
  }, []);
  const Page = PAGES[place.page];
  const value: DeskValue | null = store && id !== null ? { world, api, me, id, place, go, store } : null;
  if (value === null) {
    return (
      <main class="entry">
        <h1>MiraBridge Seats</h1>
        {organizations.kind === 'loading' ? <p role="status">Loading…</p> : null}
        {organizations.kind === 'failed' ? <p class="problem" role="alert">✕ {organizations.why}</p> : null}
        {organizations.kind === 'here' ? <p>There is no organization yet. Give the server one in its configuration file or with <code>--seats acme=50</code>.</p> : null}
        <button onClick={() => leave(null)}>Forget the token</button>
      </main>
    );
  }
  return (
    <DeskContext.Provider value={value}>
      <Frame organizations={all} leave={() => leave(null)}>
        <Page key={`${id} ${place.page}`} />
      </Frame>
    </DeskContext.Provider>
  );
}

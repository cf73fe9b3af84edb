/** The feed of one organization, kept for the pages. */

import type { Live } from '../context';
import type { World } from '../world';
import { EMPTY, type Feed, type Freshness, freshness, next } from './feed';
import { follow } from './line';

export class LiveStore {
  private feed: Feed = EMPTY;
  private isMissing = false;
  private known: Live = { organization: null, freshness: 'loading', isMissing: false, zone: 'UTC' };
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly world: World,
    private readonly token: string,
    private readonly id: string,
    private readonly denied: () => void,
  ) {}

  /** Follows the feed until what it returns is called. */
  run(): () => void {
    const stop = new AbortController();
    const listener = {
      happened: (happening: Parameters<typeof next>[1]): boolean => {
        const { feed, again } = next(this.feed, happening, this.world.now());
        this.feed = feed;
        if (happening.kind === 'event') this.isMissing = false;
        this.look();
        return again;
      },
      denied: this.denied,
      missing: () => {
        this.isMissing = true;
        this.look();
      },
    };
    void follow(`/api/v1/live?org=${encodeURIComponent(this.id)}`, this.token, this.world, listener, stop.signal);
    const rest = this.world.everySecond(() => this.look());
    return () => {
      rest();
      stop.abort();
    };
  }

  live(): Live {
    return this.known;
  }

  freshness(): Freshness {
    return freshness(this.feed, this.world.now());
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private look(): void {
    const organization = this.feed.organizations.get(this.id) ?? null;
    const found: Live = { organization, freshness: this.freshness().kind, isMissing: this.isMissing, zone: organization?.zone ?? 'UTC' };
    const { known } = this;
    if (known.organization === organization && known.freshness === found.freshness && known.isMissing === found.isMissing) return;
    this.known = found;
    for (const listener of this.listeners) listener();
  }
}

/** What is known from the live feed, and whether it can be trusted. Pure. */

import { fields, list, Unexpected } from '../door';
import { organization, type Organization } from '../organization';
import type { LiveEvent } from './events';

/** Silence after which numbers count as stale. */
export const STALE_AFTER_MS = 10_000;

/** By two clocks: the one does not jump, the other goes on while a computer sleeps. */
export interface Moment {
  readonly ticks: number;
  readonly wall: number;
}

export interface Feed {
  readonly organizations: ReadonlyMap<string, Organization>;
  /** The number of the last event on this line; `null` before the first snapshot on it. */
  readonly number: number | null;
  /** When the numbers were last known to be right. */
  readonly right: Moment | null;
  /** The server, or a missing number, says that they are not right any more. */
  readonly isDoubted: boolean;
}

export type Happening =
  | { readonly kind: 'opened' }
  | { readonly kind: 'heard' }
  | { readonly kind: 'event'; readonly event: LiveEvent }
  | { readonly kind: 'closed' };

export type Freshness =
  | { readonly kind: 'loading' }
  | { readonly kind: 'live'; readonly ageMs: number }
  /** `since`: the wall clock's time at which the numbers were last right. */
  | { readonly kind: 'stale'; readonly since: number };

export const EMPTY: Feed = { organizations: new Map(), number: null, right: null, isDoubted: false };

/** The feed after it; `again`: this line misses something, so that another one must be opened. */
export function next(feed: Feed, happening: Happening, now: Moment): { readonly feed: Feed; readonly again: boolean } {
  switch (happening.kind) {
    case 'opened':
    case 'closed':
      return { feed: { ...feed, number: null }, again: false };
    case 'heard':
      return { feed: feed.number === null || feed.isDoubted ? feed : { ...feed, right: now }, again: false };
    case 'event':
      try {
        return told(feed, happening.event, now);
      } catch (error) {
        if (!(error instanceof Unexpected || error instanceof SyntaxError)) throw error;
        return { feed: { ...feed, number: null, isDoubted: true }, again: true };
      }
  }
}

function told(feed: Feed, event: LiveEvent, now: Moment): { readonly feed: Feed; readonly again: boolean } {
  const number = Number(event.id);
  if (event.kind !== 'snapshot' && (feed.number === null || number !== feed.number + 1)) {
    return { feed: { ...feed, number: null, isDoubted: true }, again: true };
  }
  if (!Number.isSafeInteger(number)) throw new Unexpected('the number of an event is none');
  const named = list(fields(JSON.parse(event.data))['organizations'], organization).map((one) => [one.id, one] as const);
  switch (event.kind) {
    case 'snapshot':
      return { feed: { organizations: new Map(named), number, right: now, isDoubted: false }, again: false };
    case 'change': {
      const organizations = new Map([...feed.organizations, ...named]);
      return { feed: { ...feed, organizations, number, right: feed.isDoubted ? feed.right : now }, again: false };
    }
    case 'stale':
      return { feed: { ...feed, number, isDoubted: true }, again: false };
    default:
      throw new Unexpected('an event of an unknown kind');
  }
}

export function freshness(feed: Feed, now: Moment): Freshness {
  if (feed.right === null) return { kind: 'loading' };
  const ageMs = Math.max(now.ticks - feed.right.ticks, now.wall - feed.right.wall, 0);
  if (feed.isDoubted || ageMs >= STALE_AFTER_MS) return { kind: 'stale', since: feed.right.wall };
  return { kind: 'live', ageMs };
}

/** How long to wait before the next attempt. Pure: the random source is passed in. */
export function pauseMs(failures: number, random: () => number): number {
  return Math.min(5_000, 500 * 2 ** failures) * (0.5 + random() / 2);
}

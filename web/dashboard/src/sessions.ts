/** The sessions of an organization. Pure. */

import { fields, instant, maybe, number, text, truth, Unexpected } from './door';
import { HOUR } from './words/time';

export const STATES = ['connected', 'unresponsive', 'in_grace'] as const;
export type State = (typeof STATES)[number];

export interface Session {
  readonly id: string;
  readonly shortId: string;
  readonly state: State;
  readonly since: number;
  readonly ageS: number;
  readonly onCall: boolean;
  readonly resumes: number;
  readonly graceLeftS: number | null;
}

export function session(value: unknown): Session {
  const from = fields(value);
  const state = STATES.find((known) => known === from['state']);
  if (state === undefined) throw new Unexpected('state is not known');
  return {
    id: text(from, 'id'),
    shortId: text(from, 'short_id'),
    state,
    since: instant(from, 'since'),
    ageS: number(from, 'duration_s'),
    onCall: truth(from, 'on_call'),
    resumes: number(from, 'resumes'),
    graceLeftS: maybe(from, 'grace_left_s', number),
  };
}

/** What the list can be asked for. */
export const WANTED = ['connected', 'unresponsive', 'in_grace', 'on_call'] as const;
export type Wanted = (typeof WANTED)[number];

export interface Filter {
  readonly state: Wanted | null;
  readonly hours: number;
}

export function filter(query: Readonly<Record<string, string>>): Filter {
  const hours = Number(query['hours'] ?? '0');
  return {
    state: WANTED.find((known) => known === query['state']) ?? null,
    hours: Number.isFinite(hours) && hours > 0 ? Math.min(hours, 10_000) : 0,
  };
}

export const minAgeS = (of: Filter): number => Math.round((of.hours * HOUR) / 1000);

/** As in the server: those that do not respond are connected too. */
export function matches(of: Filter, one: Session): boolean {
  const isState = of.state === null || (of.state === 'on_call' ? one.onCall : of.state === one.state || (of.state === 'connected' && one.state === 'unresponsive'));
  return isState && one.ageS >= minAgeS(of);
}

export interface Laid {
  readonly sessions: readonly Session[];
  /** Those of them that are over. */
  readonly ended: ReadonlySet<string>;
}

/**
 * The list for somebody who has the hand on it: nothing moves. Whoever stood in it `before` keeps the place, over or
 * not; whoever of `wanted` is new comes last. `all`: also those that do not match a filter any more.
 */
export function inPlace(before: readonly Session[], wanted: readonly Session[], all: readonly Session[]): Laid {
  const known = new Map(all.map((one) => [one.id, one]));
  const stood = new Set(before.map(({ id }) => id));
  return {
    sessions: [...before.map((one) => known.get(one.id) ?? one), ...wanted.filter(({ id }) => !stood.has(id))],
    ended: new Set(before.map(({ id }) => id).filter((id) => !known.has(id))),
  };
}

/** What is left at `now` of the grace that was told at `toldAt`; `null`: it is in none. */
export const graceLeftMs = (one: Session, toldAt: number, now: number): number | null =>
  one.graceLeftS === null ? null : Math.max(0, one.graceLeftS * 1000 - Math.max(0, now - toldAt));

export type Mode = 'now' | 'after_call' | 'notice';

export interface Ending {
  readonly mode: Mode;
  readonly noticeS: number;
}

export const body = ({ mode, noticeS }: Ending): Readonly<Record<string, unknown>> => (mode === 'notice' ? { mode, notice_s: noticeS } : { mode });

/** What the agent sees. */
export const TOLD: Readonly<Record<Mode, string>> = {
  now: 'The widget says at once that an administrator ended the session. Its seat is free at once.',
  after_call: 'The widget says that the session ends after the call. It ends with the call, at the latest after 30 minutes; without a call, at once.',
  notice: 'The widget counts down and says that an administrator ends the session. Its seat is free when the time is over.',
};

/** The rows of a long list that are to be drawn. */
export function seen(top: number, height: number, row: number, all: number, more = 8): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.min(Math.floor(top / row) - more, all));
  return { first, end: Math.min(all, Math.ceil((top + height) / row) + more) };
}

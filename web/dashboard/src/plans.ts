/** Increases and maintenance windows, checked. */

import { fields, instant, list, maybe, number, text, truth } from './door';

export interface Increase {
  readonly id: string;
  readonly seats: number;
  readonly from: number;
  readonly until: number;
  readonly reason: string | null;
  readonly state: string;
}

export function increase(value: unknown): Increase {
  const from = fields(value);
  return {
    id: text(from, 'id'),
    seats: number(from, 'seats'),
    from: instant(from, 'from'),
    until: instant(from, 'until'),
    reason: maybe(from, 'reason', text),
    state: text(from, 'state'),
  };
}

/** When all increases together first come to less than now, and to how many seats: one that follows fills the gap. */
export function firstFall(all: readonly Increase[], now: number): { readonly at: number; readonly left: number } | null {
  const good = all.filter(({ state, until }) => ['running', 'scheduled'].includes(state) && until > now);
  const seats = (at: number): number => good.reduce((sum, one) => sum + (one.from <= at && at < one.until ? one.seats : 0), 0);
  const at = good.map(({ until }) => until).sort((a, b) => a - b).find((end) => seats(end) < seats(now));
  return at === undefined ? null : { at, left: seats(at) };
}

export interface Maintenance {
  readonly id: string;
  readonly title: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly newLogins: string;
  readonly organizations: readonly string[] | null;
  readonly state: string;
  /** Whether this token may change it. */
  readonly mayChange: boolean;
}

export function maintenance(value: unknown): Maintenance {
  const from = fields(value);
  return {
    id: text(from, 'id'),
    title: text(from, 'title'),
    startsAt: instant(from, 'starts_at'),
    endsAt: instant(from, 'ends_at'),
    newLogins: text(from, 'new_logins'),
    organizations: from['organizations'] === null || from['organizations'] === undefined ? null : list(from['organizations'], String),
    state: text(from, 'state'),
    mayChange: truth(from, 'may_change'),
  };
}

export const isOver = (one: Maintenance): boolean => one.state === 'completed' || one.state === 'cancelled';

/** Whether it refuses new logins from its beginning to its end: one that is being verified does not. */
export const refuses = (one: Maintenance): boolean => one.newLogins === 'refused' && one.state !== 'verifying';

/** Whether it is about the organization `id`, and not over. */
export const concerns = (one: Maintenance, id: string): boolean => !isOver(one) && (one.organizations === null || one.organizations.includes(id));

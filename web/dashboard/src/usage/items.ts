/** The items of a usage series, checked. */

import { fields, instant, maybe, number, text } from '../door';

export interface Figures {
  readonly kind: 'figures';
  readonly from: number;
  readonly to: number;
  readonly peak: number;
  readonly low: number;
  readonly mean: number;
  readonly limit: number;
  readonly seatSeconds: number;
  readonly logins: number;
  readonly logouts: number;
  readonly purges: number;
  readonly resumes: number;
  readonly terminated: number;
  readonly refusals: number;
  readonly waited: number;
  /** The highest sum of seats in use and attempts that try for one. */
  readonly demand: number;
  /** Connections that went. */
  readonly lost: number;
}

/** Nothing is known of this stretch. */
export interface Gap {
  readonly kind: 'gap';
  readonly from: number;
  readonly to: number;
  readonly why: string;
}

export type Item = Figures | Gap;

export function item(value: unknown): Item {
  const one = fields(value);
  const stretch = { from: instant(one, 'from'), to: instant(one, 'to') };
  const why = maybe(one, 'gap', text);
  if (why !== null) return { kind: 'gap', ...stretch, why };
  return {
    kind: 'figures',
    ...stretch,
    peak: number(one, 'peak'),
    low: number(one, 'low'),
    mean: number(one, 'mean'),
    limit: number(one, 'limit'),
    seatSeconds: number(one, 'seat_seconds'),
    logins: number(one, 'logins'),
    logouts: number(one, 'logouts'),
    purges: number(one, 'purges'),
    resumes: number(one, 'resumes'),
    terminated: number(one, 'terminated'),
    refusals: number(one, 'refusals'),
    waited: number(one, 'waited'),
    demand: number(one, 'demand_peak'),
    lost: number(one, 'lost'),
  };
}

export const figuresOf = (items: readonly Item[]): readonly Figures[] => items.filter((one) => one.kind === 'figures');

export interface Sums {
  readonly logins: number;
  readonly logouts: number;
  readonly purges: number;
  readonly terminated: number;
  readonly resumes: number;
  readonly refusals: number;
  readonly seatSeconds: number;
  readonly lost: number;
}

export function sums(items: readonly Item[]): Sums {
  const figures = figuresOf(items);
  const sum = (of: (one: Figures) => number): number => figures.reduce((total, one) => total + of(one), 0);
  return {
    logins: sum((one) => one.logins),
    logouts: sum((one) => one.logouts),
    purges: sum((one) => one.purges),
    terminated: sum((one) => one.terminated),
    resumes: sum((one) => one.resumes),
    refusals: sum((one) => one.refusals),
    seatSeconds: sum((one) => one.seatSeconds),
    lost: sum((one) => one.lost),
  };
}

/** The highest peak and when it was; the first of equals. */
export const highest = (items: readonly Item[]): Figures | null =>
  figuresOf(items).reduce<Figures | null>((best, one) => (best === null || one.peak > best.peak ? one : best), null);

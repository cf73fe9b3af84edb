/** The advice on the number of seats, checked. */

import { type Fields, fields, instant, list, maybe, number, text, truth, Unexpected } from '../door';
import { type TooEarly, tooEarly } from './early';
import { type Range, range } from './replayed';

export interface Measured {
  /** `null`: there is too little to measure it. */
  readonly measured: number | null;
  readonly used: number;
}

export interface Ready {
  readonly kind: 'ready';
  readonly seats: number;
  readonly recommended: readonly { readonly months: number; readonly seats: number; readonly formula: string }[];
  readonly verdict: keyof typeof VERDICTS;
  readonly confidence: string;
  readonly mayCut: boolean;
  readonly daysKnown: number;
  readonly daysAtCap: number;
  readonly peak: number;
  readonly buffer: Measured;
  readonly growth: Measured;
  readonly weeklyPeaks: readonly number[];
  readonly weekEnds: readonly number[];
  /** From the newest week on, by months; empty: too few weeks. */
  readonly forecast: readonly Month[];
}

/** Where weekly peaks may lie so many months later. */
export interface Month extends Range {
  readonly months: number;
  readonly at: number;
}

export const VERDICTS = {
  tight: ['⚠', 'Tight', 'the demand comes too near to the seats'],
  right_sized: ['✓', 'Right-sized', 'the seats fit the demand'],
  roomy: ['○', 'Roomy', 'there is more than the demand needs'],
  oversized: ['○', 'Oversized', 'there is much more than the demand needs'],
} as const;

export function advice(value: unknown): Ready | TooEarly {
  const from = fields(value);
  if (from['recommended'] === undefined) return tooEarly(from);
  const weeklyPeaks = list(from['weekly_peaks'], (peak) => number({ peak }, 'peak'));
  const weekEnds = list(from['week_ends'], (at) => instant({ at }, 'at'));
  if (weekEnds.length !== weeklyPeaks.length) throw new Unexpected('weeks and peaks differ');
  return {
    kind: 'ready',
    seats: number(from, 'seats'),
    recommended: list(from['recommended'], (value) => {
      const one = fields(value);
      return { months: number(one, 'months'), seats: number(one, 'seats'), formula: text(one, 'formula') };
    }),
    verdict: verdict(from),
    confidence: text(from, 'confidence'),
    mayCut: truth(from, 'may_cut'),
    daysKnown: number(from, 'days_known'),
    daysAtCap: number(from, 'days_at_cap'),
    peak: number(from, 'peak'),
    buffer: measured(from['buffer']),
    growth: measured(from['growth_a_month']),
    weeklyPeaks,
    weekEnds,
    forecast: from['trend'] === null ? [] : list(fields(from['trend'])['forecast'], (one) => ({ ...range(one), months: number(fields(one), 'months'), at: instant(fields(one), 'at') })),
  };
}

function verdict(from: Fields): keyof typeof VERDICTS {
  const word = text(from, 'verdict');
  if (!(word in VERDICTS)) throw new Unexpected('verdict is not known');
  return word as keyof typeof VERDICTS;
}

const measured = (value: unknown): Measured => ({ measured: maybe(fields(value), 'measured', number), used: number(fields(value), 'used') });

/** The share of a buffer that was asked for, in whole hundredths from 0 to 100; `null`: the measured one. */
export function askedBuffer(query: Readonly<Record<string, string>>): number | null {
  const asked = query['buffer'] ?? '';
  return /^\d{1,3}$/.test(asked) && Number(asked) <= 100 ? Number(asked) / 100 : null;
}

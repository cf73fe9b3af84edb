/** The advice on the number of seats, checked. */

import { type Fields, fields, list, maybe, number, text, truth, Unexpected } from '../door';

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
}

export interface TooEarly {
  readonly kind: 'too early';
  readonly daysKnown: number;
  readonly daysToGo: number;
}

export const VERDICTS = {
  tight: ['⚠', 'Tight', 'the demand comes too near to the seats'],
  right_sized: ['✓', 'Right-sized', 'the seats fit the demand'],
  roomy: ['○', 'Roomy', 'there is more than the demand needs'],
  oversized: ['○', 'Oversized', 'there is much more than the demand needs'],
} as const;

export function advice(value: unknown): Ready | TooEarly {
  const from = fields(value);
  if (from['recommended'] === undefined) return { kind: 'too early', daysKnown: number(from, 'days_known'), daysToGo: number(from, 'days_to_go') };
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
    weeklyPeaks: list(from['weekly_peaks'], (peak) => number({ peak }, 'peak')),
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

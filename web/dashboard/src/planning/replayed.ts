/** The answer of a replay, checked. */

import { fields, instant, maybe, number } from '../door';

export interface Range {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

export type Replayed =
  | { readonly kind: 'too little'; readonly days: number; readonly daysNeeded: number; readonly sessions: number; readonly sessionsNeeded: number }
  | {
      readonly kind: 'estimate';
      readonly seats: number;
      readonly line: number;
      readonly stagger: number;
      readonly from: number;
      readonly sessions: number;
      readonly draws: number;
      readonly refusedOnRecord: number;
      readonly refused: Range;
      readonly waited: Range;
      /** `null`: nobody waited. */
      readonly waitS: Range | null;
      readonly peak: Range;
    };

export function range(value: unknown): Range {
  const from = fields(value);
  return { low: number(from, 'low'), middle: number(from, 'middle'), high: number(from, 'high') };
}

export function replayed(value: unknown): Replayed {
  const from = fields(value);
  if (from['estimate'] === undefined) return { kind: 'too little', days: number(from, 'days_known'), daysNeeded: number(from, 'days_needed'), sessions: number(from, 'sessions'), sessionsNeeded: number(from, 'sessions_needed') };
  const [estimate, on] = [fields(from['estimate']), fields(from['stands_on'])];
  return {
    kind: 'estimate',
    seats: number(from, 'seats'),
    line: number(from, 'waiting_line'),
    stagger: number(from, 'stagger_minutes'),
    from: instant(on, 'from'),
    sessions: number(on, 'sessions'),
    draws: number(on, 'draws'),
    refusedOnRecord: number(on, 'refused_on_record'),
    refused: range(estimate['refused']),
    waited: range(estimate['waited']),
    waitS: maybe(estimate, 'wait_s_p95', (from, name) => range(from[name])),
    peak: range(estimate['peak_in_use']),
  };
}

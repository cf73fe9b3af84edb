/** Where windows stand on a stretch of time around now. Pure. */

import { midnight } from '../words/time';

export const SPANS = { '14d': ['2 weeks', 14], '60d': ['2 months', 60], '365d': ['A year', 365] } as const;
export type Span = keyof typeof SPANS;

export const spanOf = (text: string | undefined): Span => (text !== undefined && Object.hasOwn(SPANS, text) ? (text as Span) : '14d');

export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Midnights, the first and the last included. */
  readonly ticks: readonly number[];
}

const TICKS = 7;

/** A seventh of it is behind `now`, the rest is to come. */
export function stretch(span: Span, now: number, zone: string): Stretch {
  const [, days] = SPANS[span];
  const back = Math.round(days / TICKS);
  const ticks = Array.from({ length: TICKS + 1 }, (_, tick) => midnight(now, zone, Math.round((days * tick) / TICKS) - back));
  return { from: ticks[0] ?? now, to: ticks[TICKS] ?? now, ticks };
}

/** In percent of the stretch, from 0 to 100. */
export const place = ({ from, to }: Stretch, ms: number): number => Math.min(100, Math.max(0, ((ms - from) / (to - from)) * 100));

/** Those of which anything is within the stretch. */
export const within = <T extends { readonly startsAt: number; readonly endsAt: number }>({ from, to }: Stretch, all: readonly T[]): readonly T[] =>
  all.filter((one) => one.endsAt > from && one.startsAt < to);

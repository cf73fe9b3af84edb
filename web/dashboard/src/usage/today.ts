/** Today against what is usual on such a weekday. Pure. */

import { HOUR, local, MINUTE } from '../words/time';
import { figuresOf, type Item } from './items';

export interface Usual {
  /** The low and the high edge of each half-hour of the day; `null` where too little is known. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly days: number;
}

/** Fewer days than these have no usual. */
export const FEWEST_DAYS = 3;

/** The value below which `share` of `sorted` lies, between two of them in proportion. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

/** From the tenth to the ninetieth hundredth of the peaks of each half-hour of `days`. */
export function usual(days: readonly (readonly Item[])[], zone: string): Usual {
  const halves: number[][] = Array.from({ length: 48 }, () => []);
  let known = 0;
  for (const day of days) {
    const figures = figuresOf(day);
    if (figures.length > 0) known += 1;
    // The hour that comes twice when clocks go back counts with its higher peak.
    const peaks = new Map<number, number>();
    for (const { from, peak } of figures) {
      const { hour, minute } = local(from, zone);
      const half = hour * 2 + Math.floor(minute / 30);
      peaks.set(half, Math.max(peak, peaks.get(half) ?? 0));
    }
    for (const [half, peak] of peaks) halves[half]?.push(peak);
  }
  const edge = (share: number): readonly (number | null)[] =>
    halves.map((peaks) => (peaks.length < FEWEST_DAYS ? null : quantile([...peaks].sort((a, b) => a - b), share)));
  return { low: edge(0.1), high: edge(0.9), days: known };
}

/** The edges of the usual at each of `times`, in milliseconds. */
export function edgesAt(all: Usual, times: readonly number[], zone: string): { readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[] } {
  const halves = times.map((at) => {
    const { hour, minute } = local(at, zone);
    return hour * 2 + Math.floor(minute / 30);
  });
  return { low: halves.map((half) => all.low[half] ?? null), high: halves.map((half) => all.high[half] ?? null) };
}

/** All half-hours from `from` to `to`. */
export const halfHours = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, Math.ceil((to - from) / (HOUR / 2))) }, (_, place) => from + place * 30 * MINUTE);

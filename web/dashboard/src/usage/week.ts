/** The week by half-hours: how high the use is at which time. Pure. */

import { fields, list, maybe, number, text, Unexpected } from '../door';
import { DAY, instantOf, local, midnight, MINUTE, weekdayOf } from '../words/time';

export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
export const HALVES = 48;

export interface HeatCell {
  readonly max: number | null;
  readonly median: number | null;
}

export interface Week {
  readonly weeks: number;
  /** Seven days of 48 half-hours. */
  readonly days: readonly (readonly HeatCell[])[];
}

export function week(value: unknown): Week {
  const from = fields(value);
  const days = WEEKDAYS.map(() => Array.from({ length: HALVES }, (): HeatCell => ({ max: null, median: null })));
  list(from['items'], (one) => {
    const cell = fields(one);
    const day = WEEKDAYS.findIndex((name) => name.toLowerCase() === text(cell, 'weekday').toLowerCase());
    const at = /^(\d\d):(00|30)$/.exec(text(cell, 'at'));
    const half = at ? Number(at[1]) * 2 + (at[2] === '30' ? 1 : 0) : -1;
    const row = days[day];
    if (!row || half < 0 || half >= HALVES) throw new Unexpected('a half-hour that is not in a week');
    row[half] = { max: maybe(cell, 'max', number), median: maybe(cell, 'median', number) };
  });
  return { weeks: number(from, 'weeks'), days };
}

export const halfName = (half: number): string => `${String(Math.floor(half / 2)).padStart(2, '0')}:${half % 2 === 0 ? '00' : '30'}`;

/** One of ten steps of a shade: how much of the limit is in use. */
export function shade(seats: number | null, limit: number): number | null {
  if (seats === null) return null;
  if (limit <= 0) return seats > 0 ? 10 : 0;
  return Math.min(10, Math.ceil((seats / limit) * 10));
}

export interface Pressure {
  readonly at: number;
  readonly seats: number;
}

/** The next half-hour, within a week of `now`, whose highest peak came to `share` of the limit. */
export function nextPressure(all: Week, limit: number, share: number, now: number, zone: string): Pressure | null {
  if (limit <= 0) return null;
  for (let ahead = 0; ahead <= 7; ahead++) {
    const noon = midnight(now, zone, ahead) + DAY / 2;
    const halves = all.days[weekdayOf(noon, zone)] ?? [];
    for (const [half, { max }] of halves.entries()) {
      const at = instantOf({ ...local(noon, zone), hour: Math.floor(half / 2), minute: (half % 2) * 30, second: 0 }, zone);
      if (max !== null && max >= limit * share && at + 30 * MINUTE > now && at < now + 7 * DAY) return { at, seats: max };
    }
  }
  return null;
}

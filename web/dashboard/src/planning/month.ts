/** A month of the organization's calendar, in weeks from Monday on, with the increases of each day. Pure. */

import type { Increase } from '../plans';
import { DAY, instantOf, local, midnight, weekdayOf } from '../words/time';

export interface Month {
  readonly year: number;
  /** From 1 on. */
  readonly month: number;
}

export interface Day {
  /** Its midnight, and the next one. */
  readonly from: number;
  readonly to: number;
  readonly date: number;
  readonly isOfMonth: boolean;
  /** The most seats on top at one time of the day, requested ones left out. */
  readonly more: number;
  readonly increases: readonly Increase[];
}

const two = (value: number): string => String(value).padStart(2, '0');
/** As it stands in an address: "2026-11" */
export const write = ({ year, month }: Month): string => `${year}-${two(month)}`;

/** The month of an address, or that of `now`. */
export function read(text: string | undefined, now: number, zone: string): Month {
  const found = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text ?? '');
  return found ? { year: Number(found[1]), month: Number(found[2]) } : local(now, zone);
}

export const beside = ({ year, month }: Month, months: number): Month => {
  const at = year * 12 + month - 1 + months;
  return { year: Math.floor(at / 12), month: (at % 12) + 1 };
};

/** "November 2026" */
export const name = ({ year, month }: Month): string => new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(Date.UTC(year, month - 1, 1));

export function weeks(of: Month, all: readonly Increase[], zone: string): readonly (readonly Day[])[] {
  const first = instantOf({ ...of, day: 1, hour: 0, minute: 0, second: 0 }, zone);
  const before = weekdayOf(first, zone);
  const days = Math.round((instantOf({ ...beside(of, 1), day: 1, hour: 0, minute: 0, second: 0 }, zone) - first) / DAY);
  return Array.from({ length: Math.ceil((before + days) / 7) }, (_, week) => Array.from({ length: 7 }, (_, weekday) => day(of, week * 7 + weekday - before, first, all, zone)));
}

function day(of: Month, ahead: number, first: number, all: readonly Increase[], zone: string): Day {
  const [from, to] = [midnight(first, zone, ahead), midnight(first, zone, ahead + 1)];
  const increases = all.filter((one) => one.from < to && one.until > from).sort((a, b) => a.from - b.from);
  const counted = increases.filter(({ state }) => state !== 'requested');
  // The sum is highest where one of them begins, or at the beginning of the day.
  const sums = [from, ...counted.map((one) => one.from)].filter((at) => at >= from).map((at) => counted.reduce((sum, one) => sum + (one.from <= at && one.until > at ? one.seats : 0), 0));
  const { month, day: date } = local(from, zone);
  return { from, to, date, isOfMonth: month === of.month, more: Math.max(...sums), increases };
}

/** Which stretch of time is looked at, and how finely. Pure. */

import { DAY, HOUR, midnight, MINUTE } from '../words/time';

export const INTERVALS = ['1m', '15m', '30m', '1h', '1d'] as const;
export type Interval = (typeof INTERVALS)[number];

export const PRESETS = {
  today: { name: 'Today', days: 1, interval: '15m' },
  '7d': { name: '7 days', days: 7, interval: '30m' },
  '30d': { name: '30 days', days: 30, interval: '1h' },
  '90d': { name: '90 days', days: 90, interval: '1d' },
  '12m': { name: '12 months', days: 365, interval: '1d' },
} as const satisfies Readonly<Record<string, { readonly name: string; readonly days: number; readonly interval: Interval }>>;
export type Preset = keyof typeof PRESETS;

export const isPreset = (text: string | undefined): text is Preset => text !== undefined && Object.hasOwn(PRESETS, text);
export const isInterval = (text: string | undefined): text is Interval => INTERVALS.some((known) => known === text);

const LENGTH: Readonly<Record<Interval, number>> = { '1m': MINUTE, '15m': 15 * MINUTE, '30m': 30 * MINUTE, '1h': HOUR, '1d': DAY };

/** Points beyond these cannot be told apart in a chart. */
const MOST_POINTS = 3_000;

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Whole days of the organization, up to now. */
export function stretch(preset: Preset, now: number, zone: string): Stretch {
  return { from: midnight(now, zone, 1 - PRESETS[preset].days), to: now };
}

/** The intervals that may be chosen. An organization of one or two seats tells no minutes. */
export function intervals(preset: Preset, seats: number): readonly Interval[] {
  const days = PRESETS[preset].days;
  return INTERVALS.filter((interval) => {
    const isTold = seats > 2 || LENGTH[interval] >= 30 * MINUTE;
    return isTold && (days * DAY) / LENGTH[interval] <= MOST_POINTS && (interval !== '1d' || days > 1);
  });
}

export function interval(preset: Preset, asked: string | undefined, seats: number): Interval {
  const allowed = intervals(preset, seats);
  const usual = PRESETS[preset].interval;
  const wanted = isInterval(asked) && allowed.includes(asked) ? asked : usual;
  return allowed.includes(wanted) ? wanted : (allowed[0] ?? usual);
}

/** A range of history in days, weeks or months of the organization's calendar. Pure. */

import type { Preset, Stretch } from '../usage/ranges';
import { local, midnight, weekdayOf } from '../words/time';

export const BY = { today: 'day', '7d': 'day', '30d': 'week', '90d': 'week', '12m': 'month' } as const satisfies Readonly<Record<Preset, string>>;

/** Its days, weeks from Monday on, or months; the first and the last may be short. */
export function parts(preset: Preset, { from, to }: Stretch, zone: string): readonly Stretch[] {
  const found: Stretch[] = [];
  for (let at = from; at < to; ) {
    const next = Math.min(to, end(BY[preset], at, zone));
    found.push({ from: at, to: next });
    at = next;
  }
  return found;
}

function end(by: 'day' | 'week' | 'month', at: number, zone: string): number {
  switch (by) {
    case 'day':
      return midnight(at, zone, 1);
    case 'week':
      return midnight(at, zone, 7 - weekdayOf(at, zone));
    case 'month': {
      const { year, month, day } = local(at, zone);
      return midnight(at, zone, new Date(Date.UTC(year, month, 0)).getUTCDate() - day + 1);
    }
  }
}

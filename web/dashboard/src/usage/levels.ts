/** How long how many seats were in use, checked. */

import { fields, list, maybe, number } from '../door';

export interface Levels {
  readonly levels: readonly { readonly seats: number; readonly seconds: number }[];
  readonly peak: number;
  readonly heldHalfHour: number | null;
  readonly enough: Readonly<Record<'95' | '99' | '99.9', number | null>>;
}

export function levels(value: unknown): Levels {
  const from = fields(value);
  const enough = fields(from['enough']);
  return {
    levels: list(from['levels'], (one) => ({ seats: number(fields(one), 'seats'), seconds: number(fields(one), 'seconds') })),
    peak: number(from, 'peak'),
    heldHalfHour: maybe(from, 'peak_held_30_min', number),
    enough: { '95': maybe(enough, '95', number), '99': maybe(enough, '99', number), '99.9': maybe(enough, '99.9', number) },
  };
}

export const secondsAt = (all: Levels, seats: number): number => all.levels.find((one) => one.seats === seats)?.seconds ?? 0;

/** At most `most` bars of equal width in seats, from 0 to the peak. */
export function bars(all: Levels, most: number): readonly { readonly from: number; readonly to: number; readonly seconds: number }[] {
  const width = Math.max(1, Math.ceil((all.peak + 1) / most));
  const found = Array.from({ length: Math.ceil((all.peak + 1) / width) }, (_, place) => ({
    from: place * width,
    to: Math.min(all.peak, place * width + width - 1),
    seconds: 0,
  }));
  for (const { seats, seconds } of all.levels) {
    const bar = found[Math.floor(seats / width)];
    if (bar) bar.seconds += seconds;
  }
  return found;
}

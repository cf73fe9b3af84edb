/** At how many seats in use somebody is called. Pure. */

import { fields, list, number } from '../door';

/** With fewer seats the free ones count, since a percent is less than a person. */
const FEW = 20;

/** The levels, in percent of the seats. */
export const levels = (value: unknown): readonly number[] => list(fields(value)['levels'], (one) => number(fields(one), 'percent'));

/** The seats in use at which each level is reached, each number once, as in the server. */
export function marks(percents: readonly number[], limit: number): readonly number[] {
  const free = (percent: number): number => Math.min(percent < 90 ? 2 : percent < 100 ? 1 : 0, limit - 1);
  const reached = (percent: number): number => (percent === 100 || (limit < FEW && percent >= 80) ? limit - free(percent) : Math.ceil((percent * limit) / 100));
  return limit === 0 ? [] : [...new Set(percents.map(reached))];
}

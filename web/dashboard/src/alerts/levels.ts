/** At how many seats in use somebody is called. Pure. */

import { fields, list, maybe, number } from '../door';

/** A share of the seats; for how long it has to be reached, and how it is left. */
export interface Level {
  readonly percent: number;
  readonly holdS: number;
  /** `null` at 100: a free seat leaves it. */
  readonly clearPercent: number | null;
  readonly clearHoldS: number;
}

/** With fewer seats the free ones count, since a percent is less than a person. */
const FEW = 20;

export const levels = (value: unknown): readonly Level[] =>
  list(fields(value)['levels'], (one) => {
    const from = fields(one);
    return { percent: number(from, 'percent'), holdS: number(from, 'hold_s'), clearPercent: maybe(from, 'clear_percent', number), clearHoldS: number(from, 'clear_hold_s') };
  });

const countsSeats = (percent: number, limit: number): boolean => percent >= 100 || (limit < FEW && percent >= 80);

/** The seats in use from which a level is reached, as in the server. */
export function reached(percent: number, limit: number): number {
  if (!countsSeats(percent, limit)) return Math.ceil((percent * limit) / 100);
  return limit - Math.min(percent < 90 ? 2 : percent < 100 ? 1 : 0, limit - 1);
}

/** The most seats in use at which a level that was reached is left. */
export const left = ({ percent, clearPercent }: Level, limit: number): number =>
  countsSeats(percent, limit) ? reached(percent, limit) - 1 : Math.floor(((clearPercent ?? 0) * limit) / 100);

/** The seats in use at which the levels are reached, each number once. */
export const marks = (all: readonly Level[], limit: number): readonly number[] => (limit === 0 ? [] : [...new Set(all.map(({ percent }) => reached(percent, limit)))]);

/** A level with its usual times. */
export const usual = (percent: number): Level => ({
  percent,
  holdS: percent < 90 ? 600 : percent < 95 ? 300 : percent < 100 ? 120 : 60,
  clearPercent: percent < 100 ? Math.max(0, percent - 5) : null,
  clearHoldS: percent < 100 ? 0 : 300,
});

/** When somebody is called, checked, and what of it changed. Pure. */

import { fields, list, number, text } from '../door';
import { type Level, levels, usual } from './levels';

export interface Rules {
  readonly levels: readonly Level[];
  readonly refusals: number;
  readonly refusalsWithinS: number;
  readonly longWaitS: number;
  /** Whether anybody is called; incidents are kept in any case. */
  readonly calls: boolean;
  readonly managedBy: string;
}

export function rules(value: unknown): Rules {
  const from = fields(value);
  const refusals = fields(from['refusals']);
  return {
    levels: levels(value),
    refusals: number(refusals, 'count'),
    refusalsWithinS: number(refusals, 'within_s'),
    longWaitS: number(from, 'long_wait_s'),
    calls: list(from['channels'], String).includes('webhooks'),
    managedBy: text(from, 'managed_by'),
  };
}

export const body = (of: Rules): Readonly<Record<string, unknown>> => ({
  levels: [...of.levels]
    .sort((one, other) => one.percent - other.percent)
    .map(({ percent, holdS, clearPercent, clearHoldS }) => ({ percent, hold_s: holdS, clear_percent: percent === 100 ? null : clearPercent, clear_hold_s: clearHoldS })),
  refusals: { count: of.refusals, within_s: of.refusalsWithinS },
  long_wait_s: of.longWaitS,
  channels: of.calls ? ['webhooks'] : [],
});

/** What the server is to forget, so that its usual rules hold. */
export const USUAL = { levels: null, refusals: null, long_wait_s: null, channels: null } as const;

/** What is wrong with levels of which each is good; `null`: nothing. */
export const clash = (all: readonly Level[]): string | null =>
  new Set(all.map(({ percent }) => percent)).size < all.length ? 'Two levels are at the same share.' : null;

/** A further level, at a share that none has. */
export function another(all: readonly Level[]): Level {
  const taken = new Set(all.map(({ percent }) => percent));
  const free = [50, 60, 70, 80, 90, 95, 100].find((percent) => !taken.has(percent));
  return usual(free ?? Array.from({ length: 100 }, (_, place) => place + 1).find((percent) => !taken.has(percent)) ?? 1);
}

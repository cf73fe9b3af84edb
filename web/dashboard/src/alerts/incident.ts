/** What there was to call about, checked, in words. Pure. */

import { type Fields, fields, instant, list, maybe, number, text, Unexpected } from '../door';
import { type State, state } from './webhook';

export const SEVERITIES = { notice: ['info', '◔', 'Notice'], warning: ['amber', '⚠', 'Warning'], critical: ['bad', '✕', 'Critical'] } as const;
export type Severity = keyof typeof SEVERITIES;

export interface Alarm {
  readonly what: string;
  /** The worst has the lowest. */
  readonly rank: number;
  readonly since: number;
  /** `null`: it goes on. */
  readonly until: number | null;
}

export interface Incident {
  readonly id: string;
  /** How much it hurts; of one that is over, how much it did at its worst. */
  readonly severity: Severity;
  readonly since: number;
  /** `null`: it is open. */
  readonly until: number | null;
  readonly alarms: readonly Alarm[];
  /** Of what was told of it. */
  readonly deliveries: readonly State[];
}

export function incident(value: unknown): Incident {
  const from = fields(value);
  const until = maybe(from, 'until', instant);
  const severity = text(from, until === null ? 'severity' : 'worst');
  if (!(severity in SEVERITIES)) throw new Unexpected('severity is not known');
  return {
    id: text(from, 'id'),
    severity: severity as Severity,
    since: instant(from, 'since'),
    until,
    alarms: list(from['alarms'], (one) => {
      const alarm = fields(one);
      return { ...what(alarm), since: instant(alarm, 'since'), until: maybe(alarm, 'until', instant) };
    }),
    deliveries: list(from['deliveries'], (one) => state(fields(one)['state'])),
  };
}

function what(alarm: Fields): { readonly what: string; readonly rank: number } {
  const name = text(alarm, 'alarm');
  switch (name) {
    case 'exhausted':
      return { rank: 0, what: 'the seats ran out' };
    case 'mass_loss':
      return { rank: 1, what: 'many lines were lost at once' };
    case 'refusals':
      return { rank: 2, what: 'logins were refused' };
    case 'long_wait':
      return { rank: 3, what: 'somebody waited for long' };
    case 'level': {
      const percent = number(alarm, 'level');
      return { rank: 104 - percent, what: `the use reached the level of ${percent} %` };
    }
    case 'increase_ends': {
      const days = number(alarm, 'days');
      return { rank: 105 + days, what: `an increase that is needed ends within ${days === 1 ? 'a day' : `${days} days`}` };
    }
    default:
      throw new Unexpected('an alarm is not known');
  }
}

export interface Cause {
  readonly what: string;
  readonly rank: number;
  readonly times: number;
  readonly goesOn: boolean;
}

/** Each cause of an incident once, the worst first. */
export function causes(one: Incident): readonly Cause[] {
  const found = new Map<string, Cause>();
  for (const { what, rank, until } of one.alarms) {
    const before = found.get(what);
    found.set(what, { what, rank, times: (before?.times ?? 0) + 1, goesOn: (before?.goesOn ?? false) || until === null });
  }
  return [...found.values()].sort((a, b) => a.rank - b.rank);
}

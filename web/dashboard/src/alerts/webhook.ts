/** Where events go, and what came of them, checked. Pure. */

import { fields, instant, list, maybe, number, text, Unexpected } from '../door';

/** What a webhook can be told of. */
export const EVENTS = [
  'seats.threshold.reached', 'seats.threshold.cleared', 'seats.exhausted', 'login.refused.summary',
  'maintenance.scheduled', 'maintenance.updated', 'maintenance.started', 'maintenance.completed', 'maintenance.cancelled',
  'increase.started', 'increase.ending', 'increase.ended', 'session.ended_by_admin',
] as const;

export interface Webhook {
  readonly id: string;
  readonly url: string;
  /** A test comes in any case. */
  readonly events: readonly string[];
  /** Since when the receiver wants no more. */
  readonly goneSince: number | null;
  readonly madeAt: number;
}

export function webhook(value: unknown): Webhook {
  const from = fields(value);
  return { id: text(from, 'id'), url: text(from, 'url'), events: list(from['events'], String).filter((one) => one !== 'test.ping'), goneSince: maybe(from, 'gone_since', instant), madeAt: instant(from, 'made_at') };
}

export const STATES = { waiting: ['amber', '◔', 'Waiting'], delivered: ['good', '✓', 'Delivered'], failed: ['bad', '✕', 'Failed'] } as const;
export type State = keyof typeof STATES;

export function state(value: unknown): State {
  if (typeof value !== 'string' || !(value in STATES)) throw new Unexpected('state is not known');
  return value as State;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  delivered: 'taken',
  gone: 'it wants no more',
  redirected: 'it sends elsewhere, which is not followed',
  refused: 'refused',
  no_address: 'its name has no address',
  not_allowed: 'a private address or no https, which this server does not allow',
  unreachable: 'not reachable',
  no_tls: 'no safe line',
  timed_out: 'no answer in time',
  broken: 'the answer broke off',
};

export interface Delivery {
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly state: State;
  readonly nextAt: number | null;
  readonly tries: number;
  /** What came of the last try; empty before the first. */
  readonly last: string;
}

export function delivery(value: unknown): Delivery {
  const from = fields(value);
  const tries = list(from['attempts'], (one) => {
    const attempt = fields(one);
    const [outcome, status] = [text(attempt, 'outcome'), maybe(attempt, 'status', number)];
    return `${OUTCOMES[outcome] ?? outcome}${status === null ? '' : `, ${status}`}, in ${number(attempt, 'took_ms')} ms`;
  });
  return { id: text(from, 'id'), type: text(from, 'type'), at: instant(from, 'at'), state: state(from['state']), nextAt: maybe(from, 'next_attempt_at', instant), tries: tries.length, last: tries.at(-1) ?? '' };
}

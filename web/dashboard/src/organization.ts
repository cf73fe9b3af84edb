/** An organization as every answer and the live feed show it. */

import { type Fields, fields, instant, maybe, number, text, Unexpected } from './door';

export type Policy = { readonly kind: 'block' } | { readonly kind: 'observe' } | { readonly kind: 'burst'; readonly more: number };

export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly policy: Policy;
  readonly managedBy: string;
  readonly limit: { readonly total: number; readonly base: number; readonly increases: number };
  readonly inUse: number;
  readonly connected: number;
  readonly inGrace: number;
  readonly unresponsive: number;
  readonly onCall: number;
  readonly free: number;
  readonly over: number;
  readonly waiting: number;
  readonly peakToday: { readonly seats: number; readonly at: number };
  readonly refusedLastHour: number;
}

export function policy(value: unknown): Policy {
  if (value === 'block' || value === 'observe') return { kind: value };
  return { kind: 'burst', more: number(fields(value), 'burst') };
}

export function organization(value: unknown): Organization {
  const from = fields(value);
  const limit = fields(from['limit']);
  const peak = fields(from['peak_today']);
  const read = (name: string): number => number(from, name);
  const found = {
    id: text(from, 'id'),
    name: text(from, 'name'),
    zone: zone(from),
    policy: policy(from['policy']),
    managedBy: text(from, 'managed_by'),
    limit: { total: number(limit, 'total'), base: number(limit, 'base'), increases: number(limit, 'increases') },
    inUse: read('in_use'),
    connected: read('connected'),
    inGrace: read('in_grace'),
    unresponsive: read('unresponsive'),
    onCall: read('on_call'),
    free: read('free'),
    over: read('over_allocation'),
    waiting: read('waiting'),
    peakToday: { seats: number(peak, 'seats'), at: instant(peak, 'at') },
    refusedLastHour: read('refused_last_hour'),
  };
  if (found.inUse !== found.connected + found.inGrace) throw new Unexpected('in_use is not connected and in_grace');
  return found;
}

/** A zone that this browser does not know would fail later, at each time that is shown. */
function zone(from: Fields): string {
  const name = text(from, 'time_zone');
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name;
  } catch {
    return 'UTC';
  }
}

export interface Me {
  readonly role: 'operator' | 'admin' | 'viewer';
  readonly org: string | null;
}

export function me(value: unknown): Me {
  const from = fields(value);
  const role = text(from, 'role');
  if (role !== 'operator' && role !== 'admin' && role !== 'viewer') throw new Unexpected('role is not known');
  return { role, org: maybe(from, 'org', text) };
}

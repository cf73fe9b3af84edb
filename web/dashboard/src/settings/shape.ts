/** The settings of an organization, checked, and what of them changed. Pure. */

import { type Fields, fields, instant, list, maybe, number, text, truth } from '../door';
import { type Organization, organization, type Policy, policy } from '../organization';
import { rfc3339 } from '../words/time';

export interface Settings {
  readonly name: string;
  readonly seats: number;
  readonly policy: Policy;
  readonly suspended: boolean;
  readonly allocationEnds: number | null;
  readonly graceS: number;
  readonly zone: string;
  /** `null`: no line. */
  readonly line: number | null;
  readonly discloses: boolean;
  /** What administrators may start without asking; `null`: nothing. */
  readonly selfService: { readonly seats: number; readonly days: number } | null;
  readonly origins: readonly string[];
}

export interface Shown {
  readonly organization: Organization;
  readonly settings: Settings;
}

function settings(value: unknown): Settings {
  const from = fields(value);
  return {
    name: text(from, 'name'),
    seats: number(from, 'seats'),
    policy: policy(from['policy']),
    suspended: truth(from, 'suspended'),
    allocationEnds: maybe(from, 'allocation_ends', instant),
    graceS: number(from, 'grace_s'),
    zone: text(from, 'time_zone'),
    line: from['waiting_line'] === null || from['waiting_line'] === undefined ? null : number(fields(from['waiting_line']), 'max'),
    discloses: truth(from, 'disclose_counts'),
    selfService: maybe(from, 'self_service', (from, name) => ({ seats: number(fields(from[name]), 'seats'), days: number(fields(from[name]), 'days') })),
    origins: list(from['allowed_origins'], String),
  };
}

export const shown = (value: unknown): Shown => ({ organization: organization(value), settings: settings(fields(value)['settings']) });

const policyOf = (one: Policy): unknown => (one.kind === 'burst' ? { burst: one.more } : one.kind);

const body = (of: Settings): Readonly<Record<string, unknown>> => ({
  name: of.name,
  seats: of.seats,
  policy: policyOf(of.policy),
  suspended: of.suspended,
  allocation_ends: of.allocationEnds === null ? null : rfc3339(of.allocationEnds),
  self_service: of.selfService,
  grace_s: of.graceS,
  time_zone: of.zone,
  waiting_line: of.line === null ? null : { max: of.line },
  disclose_counts: of.discloses,
  allowed_origins: of.origins,
});

export const changes = (before: Settings, after: Settings): Fields => differences(body(before), body(after));

/** Only what differs: the rest stays whoever's it is. */
export const differences = (before: Fields, after: Fields): Fields =>
  Object.fromEntries(Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])));

export const originsOf = (text: string): readonly string[] => text.split(/[\s,]+/).filter((one) => one !== '');

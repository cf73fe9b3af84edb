/** Can the next agent log in? Pure. */

import type { Organization } from './organization';
import { concerns, type Maintenance, refuses } from './plans';
import type { Settings } from './settings/shape';
import { several } from './words/numbers';

export interface Verdict {
  readonly tone: 'good' | 'warn' | 'bad';
  readonly word: string;
  readonly why: string;
}

/** Free seats up to this share of the limit are few; the last of several is in any case. */
const FEW = 0.1;

/** Why nobody new is taken although a seat may be free; `null`: no such reason is known. */
export function closed(id: string, settings: Settings | null, windows: readonly Maintenance[], now: number): string | null {
  if (settings?.suspended) return 'this organization is suspended';
  if (settings && settings.allocationEnds !== null && settings.allocationEnds <= now) return 'the allocation of this organization is over';
  const runs = windows.find((one) => refuses(one) && concerns(one, id) && one.startsAt <= now && one.endsAt > now);
  return runs ? `maintenance refuses new logins: ${runs.title}` : null;
}

/** `isKnown`: whether logins are open was answered. */
export function verdict(org: Organization, why: string | null, isKnown = true): Verdict {
  const { limit, free, inUse, waiting, policy } = org;
  if (why !== null) return { tone: 'bad', word: 'No', why };
  if (!isKnown && (free > 0 || policy.kind !== 'block')) return { tone: 'warn', word: 'Not known', why: 'whether logins are open is not known' };
  if (policy.kind === 'observe' && free === 0) {
    return { tone: 'warn', word: 'Yes', why: `beyond the ${several(limit.total, 'seat')}: this organization counts and does not refuse` };
  }
  const burst = policy.kind === 'burst' ? Math.max(0, limit.total + policy.more - inUse) : 0;
  if (free === 0 && burst > 0) return { tone: 'warn', word: 'Yes', why: `in the burst: ${several(burst, 'more login')} beyond the limit` };
  if (limit.total === 0) return { tone: 'bad', word: 'No', why: 'this organization has no seats' };
  if (free === 0) {
    const line = waiting > 0 ? `, ${waiting === 1 ? 'one agent waits' : `${waiting} agents wait`}` : '';
    return { tone: 'bad', word: 'No', why: `all ${several(limit.total, 'seat')} are in use${line}` };
  }
  if (waiting > 0) return { tone: 'warn', word: 'Not yet', why: `${waiting === 1 ? 'one agent is' : `${waiting} agents are`} before the next one in line` };
  const words = `${several(free, 'seat')} ${free === 1 ? 'is' : 'are'} free`;
  const few = Math.max(limit.total > 1 ? 1 : 0, limit.total * FEW);
  return free <= few ? { tone: 'warn', word: 'Yes, still', why: words } : { tone: 'good', word: 'Yes', why: words };
}

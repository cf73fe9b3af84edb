/** One of each state that an agent can see, at a moment. */

import type { SeatState } from '../src/state';

const refusal = (code: string, change: Partial<Extract<SeatState, { kind: 'refused' }>> = {}): SeatState => ({
  kind: 'refused',
  code,
  retryable: true,
  againAt: null,
  automatic: false,
  waited: false,
  seats: null,
  ...change,
});
const active = (change: Partial<Extract<SeatState, { kind: 'active' }>> = {}): SeatState => ({
  kind: 'active',
  shortId: '6e0c3d',
  overAllocation: false,
  notices: [],
  ending: null,
  handoff: null,
  ...change,
});
const notice = { id: 'n', kind: 'maintenance', new_logins: 'refused' };

export const STATES = (now: number): Readonly<Record<string, SeatState>> => ({
  idle: { kind: 'idle' },
  connecting: { kind: 'connecting', since: now },
  active: active(),
  waiting: { kind: 'waiting', position: 3, ahead: 2, estimateS: 540, notices: [] },
  'waiting in maintenance': { kind: 'waiting', position: 3, ahead: 2, estimateS: 540, notices: [{ ...notice, state: 'in_progress' }] },
  refused: refusal('seats_exhausted', { againAt: now + 23_000, seats: { limit: 50, in_use: 50 } }),
  'no place in line': refusal('seats_exhausted', { waited: true }),
  reconnecting: { kind: 'reconnecting', since: now - 5_000, keptUntil: now + 41_000, offline: false },
  'still trying': { kind: 'reconnecting', since: now - 90_000, keptUntil: now - 30_000, offline: false },
  offline: { kind: 'reconnecting', since: now - 5_000, keptUntil: now + 41_000, offline: true },
  'maintenance announced': active({
    notices: [{ ...notice, state: 'scheduled', message: 'MiraBridge is updated on Sunday evening.' }],
  }),
  'maintenance in progress': active({ notices: [{ ...notice, state: 'in_progress' }] }),
  'refused by maintenance': refusal('maintenance', { againAt: now + 300_000, automatic: true }),
  overloaded: refusal('overloaded', { againAt: now + 4_000, automatic: true }),
  'no allocation': refusal('no_allocation', { retryable: false }),
  'not allowed here': refusal('origin_not_allowed', { retryable: false }),
  'wrong hand-off code': refusal('handoff_invalid', { retryable: false }),
  'logged out': { kind: 'over', reason: 'logout', loginAt: 0 },
  leaving: { kind: 'leaving' },
  'ends soon': active({ ending: { at: now + 118_000 } }),
  'ends after the call': active({ ending: { at: null } }),
  'ended by an administrator': { kind: 'over', reason: 'terminated', loginAt: now + 60_000 },
  unresponsive: { kind: 'over', reason: 'unresponsive', loginAt: 0 },
  'handed off': { kind: 'over', reason: 'handed_off', loginAt: 0 },
  superseded: { kind: 'elsewhere', where: 'superseded' },
  'another tab': { kind: 'elsewhere', where: 'tab' },
  'silent tab': { kind: 'elsewhere', where: 'silent' },
  'own window': { kind: 'elsewhere', where: 'window' },
  'hand-off code': active({ handoff: { code: 'K7Q2-M9XD', until: now + 55_000 } }),
  'no hand-off here': active({ handoff: 'not_available' }),
  failed: { kind: 'failed', code: 4500 },
});

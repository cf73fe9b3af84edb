/** What a person, the host page and the other tabs want of a seat. */

import type { Effects } from '../effects';
import { coolsFor, type Credentials, type Ending, NOTHING } from '../memory';
import type { Moment } from '../moment';
import type { Where } from '../state';
import { reconnectDelayMs } from '../reconnect';
import { hasLine, open } from './line';
import { finish } from './loss';
import { keep, remember, rest, type Seat, type SeatEffect, stateOf } from './model';

/** Between a logout and its answer, a resume included. */
const LEAVE_MS = 5_000;

/** This tab is the one that connects. */
export function lead(seat: Seat, credentials: Credentials | null, now: Moment, effects: Effects<SeatEffect>): Seat {
  const memory = credentials ? { ...seat.memory, credentials, attempt: null, ended: null } : seat.memory;
  const next = { ...seat, leading: true, memory };
  if (!seat.wants && !credentials) return next;
  const { tries } = memory;
  if (tries === 0) return open(next, now, effects);
  // A page that is loaded again and again in an outage waits like one that stayed.
  const ms = reconnectDelayMs({ tries, hasSession: !!memory.credentials, lostForMs: 0 }, now.random);
  effects.push({ do: 'timer', name: 'phase', ms });
  return keep({ ...next, phase: 'pause', due: now.mono + ms, state: { kind: 'connecting', since: now.wall } }, effects);
}

/** Lets go without a logout: another tab has the session, and its secret. */
export function yieldTo(seat: Seat, where: Where, effects: Effects<SeatEffect>): Seat {
  const next = rest(seat, { kind: 'elsewhere', where }, effects);
  return keep({ ...next, leading: false, wants: true, memory: NOTHING }, effects);
}

/** The session ended in another tab; this one does not log in by itself either. */
export function over(seat: Seat, ended: Ending, effects: Effects<SeatEffect>): Seat {
  const next = { ...rest(seat, stateOf(ended), effects), leading: false, memory: NOTHING };
  return remember(next, { ended }, effects);
}

export function login(seat: Seat, wait: boolean, code: string | null, now: Moment, effects: Effects<SeatEffect>): Seat {
  if (seat.leaving || hasLine(seat)) return seat;
  // Whom the server has sent away comes when it was told; a hand-off takes no seat and passes.
  if (seat.phase === 'pause' && seat.told && code === null) return seat;
  if (seat.phase === 'open' || seat.phase === 'greet') return seat;
  if (coolsFor(seat.memory.ended?.until ?? 0, now.wall) > 0) return seat;
  const next = remember({ ...seat, wants: true, handoffCode: code }, { wait, ended: null }, effects);
  if (next.leading) return open(next, now, effects);
  return { ...next, state: { kind: 'connecting', since: now.wall } };
}

export function logout(seat: Seat, now: Moment, effects: Effects<SeatEffect>): Seat {
  if (seat.leaving) return seat;
  const owns = hasLine(seat) || seat.phase === 'greet';
  const resumes = seat.phase !== 'rest' && seat.memory.credentials !== null;
  if (!owns && !resumes) return finish({ ...seat, memory: NOTHING }, 'logout', 0, now, effects);
  effects.push({ do: 'timer', name: 'leave', ms: LEAVE_MS });
  const next: Seat = { ...seat, leaving: true, state: { kind: 'leaving' } };
  if (hasLine(seat)) effects.push({ do: 'send', message: { type: 'logout' } });
  // Where the line is lost it is taken up once more, to free the seat at once and not after the grace.
  return seat.phase === 'pause' ? open(next, now, effects) : keep(next, effects);
}

export function status(seat: Seat, onCall: boolean, effects: Effects<SeatEffect>): Seat {
  if (seat.onCall !== onCall && hasLine(seat)) effects.push({ do: 'send', message: { type: 'status', on_call: onCall } });
  return { ...seat, onCall };
}

export function handoff(seat: Seat, effects: Effects<SeatEffect>): Seat {
  if (seat.state.kind !== 'active') return seat;
  effects.push({ do: 'send', message: { type: 'handoff' } });
  return { ...seat, state: { ...seat.state, handoff: 'asked' } };
}

export function cancel(seat: Seat, effects: Effects<SeatEffect>): Seat {
  if (seat.state.kind !== 'active' || !seat.state.handoff) return seat;
  effects.push({ do: 'send', message: { type: 'cancel_handoff' } });
  return { ...seat, state: { ...seat.state, handoff: null } };
}

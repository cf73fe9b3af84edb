/** How a line ends, and what comes then. */

import type { Effects } from '../effects';
import { closeCodeOf, comesBack, nameOf } from '../close-codes';
import { keptUntil } from '../liveness';
import { elapsedMs, type Instant, type Moment } from '../moment';
import { type Outage, reconnectDelayMs, toldDelayMs } from '../reconnect';
import type { SeatState } from '../state';
import type { ServerMessage } from '../wire';
import { remember, rest, type Seat, type SeatEffect, stateOf } from './model';
import { hasLine } from './line';

type Refused = Extract<ServerMessage, { readonly type: 'refused' }>;

/** The connection was closed with `code`. */
export function gone(seat: Seat, code: number, now: Moment, effects: Effects<SeatEffect>): Seat {
  if (seat.leaving) return finish(seat, 'logout', 0, now, effects);
  if (code === closeCodeOf('session_gone')) return loginAnew(seat, now, effects);
  if (comesBack(code)) return lost(seat, seat.backInMs, now, effects);
  const name = nameOf(code);
  switch (name) {
    case 'logout':
    case 'terminated':
    case 'handed_off':
    case 'unresponsive':
    case 'superseded':
      return finish(seat, name, 0, now, effects);
    case 'seats_exhausted':
    case 'no_allocation':
    case 'handoff_invalid':
    case 'unauthorized':
    case 'origin_not_allowed':
      return refuse(seat, { type: 'refused', code: name, retryable: name === 'seats_exhausted' }, now, effects);
    default:
      return rest(seat, { kind: 'failed', code }, effects);
  }
}

/** The server gives no seat. */
export function refused(seat: Seat, word: Refused, now: Moment, effects: Effects<SeatEffect>): Seat {
  const code = closeCodeOf(word.code);
  // An unknown refusal: the close code's range tells what to do.
  if (!code) return seat;
  if (seat.leaving || code === closeCodeOf('session_gone')) return gone(seat, code, now, effects);
  if (!comesBack(code)) return refuse(seat, word, now, effects);
  const next = lost(seat, word.retry_after_s == null ? null : word.retry_after_s * 1_000, now, effects);
  return seat.memory.credentials ? next : { ...next, state: refusal(seat, word, now, next.due - now.mono) };
}

function refuse(seat: Seat, word: Refused, now: Moment, effects: Effects<SeatEffect>): Seat {
  const change = { attempt: null, wait: false };
  return remember(rest(seat, refusal(seat, word, now, null), effects), change, effects);
}

function refusal({ memory, patient }: Seat, word: Refused, now: Moment, inMs: number | null): SeatState {
  const hint = word.retry_after_s ?? word.next_release_s;
  const againMs = inMs ?? (hint == null ? null : hint * 1_000);
  return {
    kind: 'refused',
    code: word.code,
    retryable: word.retryable,
    againAt: againMs === null ? null : now.wall + againMs,
    automatic: inMs !== null,
    waited: memory.wait || patient,
    seats: word.seats ?? null,
  };
}

/** Over until a person starts again, `coolDownMs` from now at the earliest. */
export function finish(seat: Seat, reason: string, coolDownMs: number, now: Moment, effects: Effects<SeatEffect>): Seat {
  const ended = { reason, until: coolDownMs > 0 ? now.wall + coolDownMs : 0 };
  // These two may still be resumed by a person: the session goes on elsewhere, or in its grace.
  const stays = reason === 'superseded' || reason === 'unresponsive';
  const credentials = stays ? seat.memory.credentials : null;
  return remember(rest(seat, stateOf(ended), effects), { credentials, attempt: null, wait: false, ended }, effects);
}

/** The session is over, by the server's word; the person wanted to work, so a new one is asked for. */
function loginAnew(seat: Seat, now: Moment, effects: Effects<SeatEffect>): Seat {
  const state: SeatState = { kind: 'connecting', since: now.wall };
  // The server has just answered: what was tried before says nothing about the next try.
  const tries = seat.memory.credentials ? 0 : seat.memory.tries;
  return pause({ ...remember(seat, { credentials: null, attempt: null, tries }, effects), state }, null, now, effects);
}

/** A connection that does not open or a greeting that is not answered. */
export const giveUp = (seat: Seat, now: Moment, effects: Effects<SeatEffect>): Seat =>
  seat.phase === 'rest' ? seat : lost(seat, null, now, effects);

/** The line is lost without a verdict. `toldMs`: when the server wants to see this widget again. */
export function lost(seat: Seat, toldMs: number | null, now: Moment, effects: Effects<SeatEffect>): Seat {
  if (seat.phase === 'rest') return seat;
  if (seat.leaving) return finish(seat, 'logout', 0, now, effects);
  return pause({ ...seat, lostAt: seat.lostAt ?? now, state: lostState(seat, now) }, toldMs, now, effects);
}

function lostState(seat: Seat, now: Moment): SeatState {
  if (seat.state.kind === 'reconnecting') return seat.state;
  if (!seat.memory.credentials || !hasLine(seat)) {
    return seat.state.kind === 'connecting' ? seat.state : { kind: 'connecting', since: now.wall };
  }
  return {
    kind: 'reconnecting',
    since: now.wall,
    keptUntil: keptUntil(seat.pulse, seat.graceS, now),
    offline: seat.offline,
  };
}

function pause(seat: Seat, toldMs: number | null, now: Moment, effects: Effects<SeatEffect>): Seat {
  const { memory } = seat;
  const outage: Outage = { tries: memory.tries, hasSession: !!memory.credentials, lostForMs: since(seat.lostAt, now) };
  const ms = toldMs === null ? reconnectDelayMs(outage, now.random) : toldDelayMs(toldMs, outage, now.random);
  const resting = rest(seat, seat.state, effects);
  effects.push({ do: 'timer', name: 'phase', ms });
  return remember(
    {
      ...resting,
      phase: 'pause',
      handoffCode: seat.handoffCode,
      lostAt: seat.lostAt,
      due: now.mono + ms,
      told: toldMs !== null,
    },
    { tries: memory.tries + 1 },
    effects,
  );
}

const since = (then: Instant | null, now: Instant): number => (then ? elapsedMs(then, now) : 0);

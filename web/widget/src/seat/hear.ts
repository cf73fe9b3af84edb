/** What the server says to a seat. */

import type { Effects } from '../effects';
import { closeCodeOf } from '../close-codes';
import { firstPulse, heard } from '../liveness';
import type { Moment } from '../moment';
import type { SeatState } from '../state';
import type { Notice, ServerMessage } from '../wire';
import { hasLine, settle, watch } from './line';
import { finish, gone, refused } from './loss';
import { remember, type Seat, type SeatEffect } from './model';

type Seated = Extract<ServerMessage, { readonly type: 'seated' }>;
type Active = Extract<SeatState, { readonly kind: 'active' }>;

/** `message` is null where it could not be read: that, too, is a sign of life. */
export function hear(seat: Seat, message: ServerMessage | null, now: Moment, effects: Effects<SeatEffect>): Seat {
  if (seat.phase !== 'greet' && !hasLine(seat)) return seat;
  if (hasLine(seat)) watch(seat, effects);
  const listening = { ...seat, pulse: heard(seat.pulse, message?.type ?? null, now) };
  return message ? take(listening, message, now, effects) : listening;
}

function take(seat: Seat, message: ServerMessage, now: Moment, effects: Effects<SeatEffect>): Seat {
  switch (message.type) {
    case 'seated':
      return seated(seat, message, now, effects);
    case 'waiting':
      return waiting(seat, message, now, effects);
    case 'refused':
      return refused(seat, message, now, effects);
    case 'heartbeat':
      effects.push({ do: 'send', message: { type: 'heartbeat' } });
      return seat;
    case 'alive':
      return seat;
    case 'handoff': {
      const { code, expires_in_s } = message;
      return active(seat, () => ({ handoff: { code, until: now.wall + expires_in_s * 1_000 } }));
    }
    case 'notice':
      return announced(seat, (notices) => withNotice(notices, message.notice));
    case 'notice_cleared':
      return announced(seat, (notices) => notices.filter(({ id }) => id !== message.id));
    case 'ending': {
      const at = message.in_s == null ? null : now.wall + message.in_s * 1_000;
      return active(seat, () => ({ ending: { at } }));
    }
    case 'ended':
      return closeCodeOf(message.reason)
        ? finish(seat, seat.leaving ? 'logout' : message.reason, (message.cool_down_s ?? 0) * 1_000, now, effects)
        : seat;
    case 'draining':
      // The delay counts from the close, which follows.
      return { ...seat, backInMs: message.reconnect_after_ms };
    case 'error':
      if (message.closes === false) return active(seat, () => ({ handoff: 'not_available' }));
      return closeCodeOf(message.code) ? gone(seat, closeCodeOf(message.code), now, effects) : seat;
  }
}

function seated(seat: Seat, message: Seated, now: Moment, effects: Effects<SeatEffect>): Seat {
  const { session, secret, grace_s, heartbeat_s, over_allocation, notices } = message;
  const next: Seat = {
    ...seat,
    phase: 'seat',
    graceS: grace_s,
    heartbeatS: heartbeat_s,
    pulse: firstPulse(seat.phase === 'greet' ? seat.greeted : now, now),
    lostAt: null,
    handoffCode: null,
    state: seat.leaving
      ? seat.state
      : {
          kind: 'active',
          shortId: session.slice(0, 6),
          overAllocation: over_allocation,
          notices,
          ending: null,
          handoff: null,
        },
  };
  settle(next, effects);
  // A seat from the waiting line wants an answer, else it is given to the next.
  if (seat.leaving) effects.push({ do: 'send', message: { type: 'logout' } });
  // Both words count: an ending that waits for a call goes on with its end, also one that no line could tell.
  else if (seat.onCall !== null) effects.push({ do: 'send', message: { type: 'status', on_call: seat.onCall } });
  else if (seat.phase === 'line') effects.push({ do: 'send', message: { type: 'heartbeat' } });
  return remember(next, { credentials: { session, secret }, attempt: null, ended: null }, effects);
}

function waiting(
  seat: Seat,
  { position, ahead, estimate_s }: Extract<ServerMessage, { readonly type: 'waiting' }>,
  now: Moment,
  effects: Effects<SeatEffect>,
): Seat {
  if (seat.phase === 'seat') return seat;
  const next: Seat = seat.phase === 'line' ? seat : { ...seat, phase: 'line', pulse: firstPulse(seat.greeted, now), lostAt: null };
  if (next !== seat) {
    settle(next, effects);
    if (seat.leaving) effects.push({ do: 'send', message: { type: 'logout' } });
  }
  const notices = seat.state.kind === 'waiting' ? seat.state.notices : [];
  return seat.leaving ? next : { ...next, state: { kind: 'waiting', position, ahead, estimateS: estimate_s ?? null, notices } };
}

/** Changes what whoever is seated or waits knows of maintenance. */
function announced(seat: Seat, change: (notices: readonly Notice[]) => readonly Notice[]): Seat {
  const { state } = seat;
  if (state.kind !== 'active' && state.kind !== 'waiting') return seat;
  return { ...seat, state: { ...state, notices: change(state.notices) } };
}

/** Changes what is seen of an active seat; of any other, nothing. */
function active(seat: Seat, change: (state: Active) => Partial<Active>): Seat {
  const { state } = seat;
  return state.kind === 'active' ? { ...seat, state: { ...state, ...change(state) } } : seat;
}

const withNotice = (notices: readonly Notice[], notice: Notice): readonly Notice[] => {
  const others = notices.filter(({ id }) => id !== notice.id);
  return ['completed', 'cancelled'].includes(notice.state) ? others : [...others, notice];
};

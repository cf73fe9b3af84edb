/**
 * One agent's seat as a value: an input and the moment go in, the next value and effects come out.
 * It decides everything about the line to the server; which tab may have one is decided in `tabs.ts`.
 */

import type { Effects } from './effects';
import { hasJumped } from './liveness';
import type { Moment } from './moment';
import { hear } from './seat/hear';
import { finish, gone, giveUp, lost } from './seat/loss';
import type { Seat, SeatEffect, SeatInput } from './seat/model';
import { cancel, handoff, lead, login, logout, over, status, yieldTo } from './seat/orders';
import { calm, open, opened, probe, tick, wake } from './seat/line';
import { keep } from './seat/model';

export type { Seat, SeatEffect, SeatInput, SeatOrder } from './seat/model';
export { newSeat } from './seat/model';

export function step(before: Seat, input: SeatInput, now: Moment, effects: Effects<SeatEffect>): Seat {
  const seat = { ...before, clock: now };
  const after = handle(seat, input, now, effects);
  const slept = hasJumped(before.clock, now) && before.clock.wall > 0;
  return slept && after.socket === before.socket ? probe(after, now, effects) : after;
}

function handle(seat: Seat, input: SeatInput, now: Moment, effects: Effects<SeatEffect>): Seat {
  switch (input.on) {
    case 'lead':
      return lead(seat, input.credentials, now, effects);
    case 'yield':
      return yieldTo(seat, input.where, effects);
    case 'over':
      return over(seat, input.ending, effects);
    case 'login':
      return login(seat, input.wait, input.code, now, effects);
    case 'logout':
      return logout(seat, now, effects);
    case 'status':
      return status(seat, input.onCall, effects);
    case 'handoff':
      return handoff(seat, effects);
    case 'cancel_handoff':
      return cancel(seat, effects);
    case 'keep':
      return keep(seat, effects);
    case 'opened':
      return input.socket === seat.socket ? opened(seat, now, effects) : seat;
    case 'heard':
      return input.socket === seat.socket ? hear(seat, input.message, now, effects) : seat;
    case 'closed':
      return input.socket === seat.socket ? gone(seat, input.code, now, effects) : seat;
    case 'page':
      return input.what === 'offline' ? offline(seat, true) : wake(offline(seat, false), now, effects);
    case 'timer':
      return timer(seat, input.name, now, effects);
  }
}

function timer(seat: Seat, name: 'phase' | 'watch' | 'calm' | 'tick' | 'leave', now: Moment, effects: Effects<SeatEffect>): Seat {
  switch (name) {
    case 'phase':
      return seat.phase === 'pause' ? open(seat, now, effects) : giveUp(seat, now, effects);
    case 'watch':
      return lost(seat, null, now, effects);
    case 'calm':
      return calm(seat, effects);
    case 'tick':
      return tick(seat, now, effects);
    case 'leave':
      return finish(seat, 'logout', 0, now, effects);
  }
}

function offline(seat: Seat, isOffline: boolean): Seat {
  const { state } = seat;
  return {
    ...seat,
    offline: isOffline,
    state: state.kind === 'reconnecting' ? { ...state, offline: isOffline } : state,
  };
}

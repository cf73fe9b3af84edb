/** The line: opening it, greeting, and finding out whether it lives. */

import type { Effects } from '../effects';
import { CALM_MS, reconnectDelayMs } from '../reconnect';
import { FRESH_MS, isFresh, PROBE_MS, silenceMs, TICK_MS } from '../liveness';
import type { Moment } from '../moment';
import { freshAttempt, keep, remember, type Seat, type SeatEffect } from './model';

/** A connection that has not opened by then will not. */
const OPEN_MS = 10_000;
/** The server answers a login within 10 s, or says that it is overloaded. */
const ANSWER_MS = 15_000;

export const hasLine = (seat: Seat): boolean => seat.phase === 'line' || seat.phase === 'seat';

/** Opens a connection: to resume where there is a session, else to log in. */
export function open(seat: Seat, now: Moment, effects: Effects<SeatEffect>): Seat {
  const { credentials } = seat.memory;
  const memory = credentials ? seat.memory : freshAttempt(seat.memory, now);
  const socket = seat.socket + 1;
  effects.push({ do: 'open', socket, login: !credentials }, { do: 'timer', name: 'phase', ms: OPEN_MS });
  const next: Seat = { ...seat, phase: 'open', socket, memory, told: false, backInMs: null, wants: false };
  const { kind } = seat.state;
  const going = kind === 'reconnecting' || kind === 'connecting' || seat.leaving;
  return keep(going ? next : { ...next, state: { kind: 'connecting', since: now.wall } }, effects);
}

export function opened(seat: Seat, now: Moment, effects: Effects<SeatEffect>): Seat {
  if (seat.phase !== 'open') return seat;
  const { credentials, attempt, wait } = seat.memory;
  effects.push({
    do: 'send',
    message: credentials
      ? { type: 'resume', ...credentials }
      : { type: 'login', wait: wait || seat.patient, attempt: attempt ?? '', handoff: seat.handoffCode },
  });
  effects.push({ do: 'timer', name: 'phase', ms: ANSWER_MS });
  return { ...seat, phase: 'greet', greeted: now };
}

/** Sets the watchdog anew: from every message on. */
export const watch = (seat: Seat, effects: Effects<SeatEffect>): void => {
  effects.push({ do: 'timer', name: 'watch', ms: silenceMs(seat.heartbeatS) });
};

/** The line is there: from here on silence is judged. */
export function settle(seat: Seat, effects: Effects<SeatEffect>): void {
  effects.push({ do: 'timer', name: 'phase', ms: null });
  effects.push({ do: 'timer', name: 'calm', ms: CALM_MS }, { do: 'timer', name: 'tick', ms: TICK_MS });
  watch(seat, effects);
}

/** Asks whether the other side is still there: one question at a time, and not at once where it was just heard. */
export function probe(seat: Seat, now: Moment, effects: Effects<SeatEffect>): Seat {
  if (!hasLine(seat) || seat.pulse.probed) return seat;
  if (isFresh(seat.pulse, now)) {
    effects.push({ do: 'timer', name: 'tick', ms: FRESH_MS });
    return { ...seat, pulse: { ...seat.pulse, doubted: true } };
  }
  effects.push({ do: 'send', message: { type: 'probe' } }, { do: 'timer', name: 'watch', ms: PROBE_MS });
  return { ...seat, pulse: { ...seat.pulse, probed: now } };
}

/** The page or the network is back: a line is probed, a pause that the server has not set is cut short. */
export function wake(seat: Seat, now: Moment, effects: Effects<SeatEffect>): Seat {
  if (seat.phase !== 'pause' || seat.told) return probe(seat, now, effects);
  const soon = now.mono + reconnectDelayMs({ tries: 0, hasSession: false, lostForMs: 0 }, now.random);
  if (soon >= seat.due) return seat;
  effects.push({ do: 'timer', name: 'phase', ms: soon - now.mono });
  return { ...seat, due: soon };
}

export const calm = (seat: Seat, effects: Effects<SeatEffect>): Seat =>
  hasLine(seat) ? remember(seat, { tries: 0 }, effects) : seat;

/** A look at the clocks; `step` compares them. Whoever came back while the line was fresh asks now. */
export function tick(seat: Seat, now: Moment, effects: Effects<SeatEffect>): Seat {
  if (!hasLine(seat)) return seat;
  effects.push({ do: 'timer', name: 'tick', ms: TICK_MS });
  return seat.pulse.doubted ? probe(seat, now, effects) : seat;
}

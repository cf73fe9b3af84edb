/** What a seat is made of. */

import type { Effects } from '../effects';
import { firstPulse, type Pulse } from '../liveness';
import type { Credentials, Ending, Memory } from '../memory';
import type { Instant, Moment } from '../moment';
import { IDLE, type SeatState, type Where } from '../state';
import type { ClientMessage, ServerMessage } from '../wire';

/** What to send; the runner adds the organization and the key or token. */
export type SeatMessage =
  | { readonly type: 'login'; readonly wait: boolean; readonly attempt: string; readonly handoff: string | null }
  | ({ readonly type: 'resume' } & Credentials)
  | Exclude<ClientMessage, { readonly type: 'login' } | { readonly type: 'resume' }>;

/** What a person or the host page wants. */
export type SeatOrder =
  | { readonly on: 'login'; readonly wait: boolean; readonly code: string | null }
  | { readonly on: 'logout' | 'handoff' | 'cancel_handoff' }
  | { readonly on: 'status'; readonly onCall: boolean };

export type SeatInput =
  | SeatOrder
  /** This tab is the one; `credentials` are of a session that is known to go on. */
  | { readonly on: 'lead'; readonly credentials: Credentials | null }
  /** Another tab goes on with the session. */
  | { readonly on: 'yield'; readonly where: Where }
  /** The session ended in another tab. */
  | { readonly on: 'over'; readonly ending: Ending }
  /** Write the memory again: another frame of this tab has erased it. */
  | { readonly on: 'keep' }
  | { readonly on: 'opened'; readonly socket: number }
  | { readonly on: 'heard'; readonly socket: number; readonly message: ServerMessage | null }
  | { readonly on: 'closed'; readonly socket: number; readonly code: number }
  | { readonly on: 'page'; readonly what: 'online' | 'offline' | 'wake' }
  | { readonly on: 'timer'; readonly name: SeatTimer };

export type SeatTimer = 'phase' | 'watch' | 'calm' | 'tick' | 'leave';

export type SeatEffect =
  | { readonly do: 'open'; readonly socket: number; readonly login: boolean }
  | { readonly do: 'send'; readonly message: SeatMessage }
  /** Close the socket without a word; nothing that it still says counts. */
  | { readonly do: 'drop' }
  /** `ms` null: cancel. A timer has one date at a time. */
  | { readonly do: 'timer'; readonly name: SeatTimer; readonly ms: number | null }
  | { readonly do: 'keep'; readonly memory: Memory };

export interface Seat {
  /** At rest, before the next try, opening, greeted, in the waiting line, seated. */
  readonly phase: 'rest' | 'pause' | 'open' | 'greet' | 'line' | 'seat';
  readonly leading: boolean;
  /** Log in as soon as this tab leads. */
  readonly wants: boolean;
  /** A logout is under way. */
  readonly leaving: boolean;
  /** The number of the connection that counts. */
  readonly socket: number;
  readonly memory: Memory;
  readonly handoffCode: string | null;
  /** Every login stays in line when no seat is free. */
  readonly patient: boolean;
  /** `null`: nobody has said. */
  readonly onCall: boolean | null;
  readonly offline: boolean;
  readonly graceS: number;
  readonly heartbeatS: number;
  readonly greeted: Instant;
  readonly pulse: Pulse;
  /** When the line was lost; null where it is not. */
  readonly lostAt: Instant | null;
  /** The end of the pause, and whether the server has set it. */
  readonly due: number;
  readonly told: boolean;
  /** From `draining`. */
  readonly backInMs: number | null;
  /** At the input before. */
  readonly clock: Instant;
  readonly state: SeatState;
}

const START: Instant = { mono: 0, wall: 0 };

/** A seat at its start. `auto`: log in without a person's click, unless a person has left. `patient`: as in `Seat`. */
export const newSeat = (memory: Memory, { auto, patient }: { readonly auto: boolean; readonly patient: boolean }): Seat => ({
  phase: 'rest',
  leading: false,
  wants: !memory.ended && (auto || memory.credentials !== null || memory.attempt !== null),
  leaving: false,
  socket: 0,
  memory,
  handoffCode: null,
  patient,
  onCall: null,
  offline: false,
  graceS: 0,
  heartbeatS: 20,
  greeted: START,
  pulse: firstPulse(START, START),
  lostAt: null,
  due: 0,
  told: false,
  backInMs: null,
  clock: START,
  state: memory.ended ? stateOf(memory.ended) : IDLE,
});

/** How an ending looks. */
export const stateOf = ({ reason, until }: Ending): SeatState =>
  reason === 'superseded' ? { kind: 'elsewhere', where: 'superseded' } : { kind: 'over', reason, loginAt: until };

/** Keeps the memory over a reload. Whoever leaves is remembered as gone, whatever comes of it. */
export function keep(seat: Seat, effects: Effects<SeatEffect>): Seat {
  const { memory } = seat;
  effects.push({
    do: 'keep',
    memory: seat.leaving ? { ...memory, credentials: null, attempt: null, ended: { reason: 'logout', until: 0 } } : memory,
  });
  return seat;
}

export const remember = (seat: Seat, change: Partial<Memory>, effects: Effects<SeatEffect>): Seat =>
  keep({ ...seat, memory: { ...seat.memory, ...change } }, effects);

/** Stops everything that could bring the line back. */
export function rest(seat: Seat, state: SeatState, effects: Effects<SeatEffect>): Seat {
  const timers: readonly SeatTimer[] = ['phase', 'watch', 'calm', 'tick', 'leave'];
  if (seat.phase !== 'rest') {
    effects.push({ do: 'drop' });
    for (const name of timers) effects.push({ do: 'timer', name, ms: null });
  }
  return {
    ...seat,
    phase: 'rest',
    socket: seat.socket + 1,
    leaving: false,
    wants: false,
    handoffCode: null,
    lostAt: null,
    backInMs: null,
    told: false,
    state,
  };
}

/** A login that a person starts has a fresh attempt, unless it is not known what became of the last one. */
export const freshAttempt = (memory: Memory, now: Moment): Memory =>
  memory.attempt ? memory : { ...memory, attempt: now.uuid() };

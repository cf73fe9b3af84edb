/** Whether the line lives, and since when the server surely counts the grace. Pure. */

import { elapsedMs, type Instant } from './moment';

/** An answer to a probe comes within this time. */
export const PROBE_MS = 3_000;
/** How often the clocks are compared while a seat is held. */
export const TICK_MS = 5_000;
const JUMP_MS = 10_000;
/** Where something was just heard, a probe waits so long for more; the server takes one a second. */
export const FRESH_MS = 2_000;

/** Silence after which the line counts as dead. */
export const silenceMs = (heartbeatS: number): number => Math.max(heartbeatS, 1) * 1_500 + 2_000;

/** Whether one clock ran away from the other: the machine slept, or somebody set the time. */
export const hasJumped = (then: Instant, now: Instant): boolean =>
  Math.abs(now.wall - then.wall - (now.mono - then.mono)) > JUMP_MS;

export interface Pulse {
  readonly heard: Instant;
  /** Unanswered since. */
  readonly probed: Instant | null;
  /** Something may have changed since the last thing that was heard. */
  readonly doubted: boolean;
  /** The last answer to a heartbeat. */
  readonly answered: Instant | null;
  /** The last thing that the server surely heard: its grace counts from then at the earliest. */
  readonly proven: Instant;
}

export const firstPulse = (greeted: Instant, now: Instant): Pulse => ({
  heard: now,
  probed: null,
  doubted: false,
  answered: null,
  proven: greeted,
});

/** A heartbeat tells that the last one's answer has arrived, else the server would send pings. */
export function heard(pulse: Pulse, type: string | null, now: Instant): Pulse {
  const next = { ...pulse, heard: now, probed: null, doubted: false };
  if (type === 'heartbeat') return { ...next, answered: now, proven: pulse.answered ?? pulse.proven };
  return type === 'alive' && pulse.probed ? { ...next, proven: pulse.probed } : next;
}

/** Whether something was just heard. */
export const isFresh = (pulse: Pulse, now: Instant): boolean => elapsedMs(pulse.heard, now) < FRESH_MS;

/** The seat is kept until then at least, in milliseconds since 1970. */
export const keptUntil = (pulse: Pulse, graceS: number, now: Instant): number =>
  now.wall + graceS * 1_000 - elapsedMs(pulse.proven, now);

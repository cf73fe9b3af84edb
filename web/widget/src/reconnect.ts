/** When to try again. Pure: what was tried and the random source are passed in. */

export interface Outage {
  /** Tries since the line was lost; kept over reloads, 0 again after a calm minute. */
  readonly tries: number;
  readonly hasSession: boolean;
  /** Since the line was lost. */
  readonly lostForMs: number;
}

/** Calm for so long, the tries are forgotten. */
export const CALM_MS = 60_000;
/** The longest wait with a session: the grace runs meanwhile. */
export const SESSION_WAIT_MS = 15_000;

const FIRST_MS = 2_000;
const STEPS_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
const WAIT_MS = 30_000;
const LONG_MS = 600_000;
const LONG_WAIT_MS = 90_000;
/** The longest that a server may send away whoever holds a session, and anybody: a day. */
const TOLD_SESSION_MS = 20_000;
const TOLD_MS = 86_400_000;

/** Milliseconds until the next try: 0 to 2 s, then steps that grow, each times 0.25 to 1. */
export function reconnectDelayMs(outage: Outage, random: () => number): number {
  if (outage.tries <= 0) return random() * FIRST_MS;
  const last = outage.hasSession ? SESSION_WAIT_MS : outage.lostForMs >= LONG_MS ? LONG_WAIT_MS : WAIT_MS;
  return (STEPS_MS[outage.tries - 1] ?? last) * (0.25 + 0.75 * random());
}

/**
 * The same where the server has said when to come back, `toldMs`. The first time it is obeyed to the
 * millisecond, since the server has spread the return; whoever comes in vain backs off as well.
 */
export function toldDelayMs(toldMs: number, outage: Outage, random: () => number): number {
  const told = Math.min(toldMs, outage.hasSession ? TOLD_SESSION_MS : TOLD_MS);
  return outage.tries <= 0 ? told : Math.max(told, reconnectDelayMs(outage, random));
}

/** An instant, with the randomness that belongs to it. Rules get it passed in; they read no clock. */
export interface Moment {
  /** Milliseconds of a clock that nobody sets; it may stand still while the machine sleeps. */
  readonly mono: number;
  /** Milliseconds since 1970; it may be set. */
  readonly wall: number;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly uuid: () => string;
}

export type Instant = Pick<Moment, 'mono' | 'wall'>;

/** Milliseconds from `then` to `now`, by the clock that counts more: a sleep is time, too. */
export const elapsedMs = (then: Instant, now: Instant): number =>
  Math.max(now.mono - then.mono, now.wall - then.wall, 0);

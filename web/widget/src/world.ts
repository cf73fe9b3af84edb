/** What the runner needs of the machine. Tests pass their own. */

import type { Instant } from './moment';

export interface World {
  readonly now: () => Instant;
  readonly random: () => number;
  readonly uuid: () => string;
  /** Returns what cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly connect: (url: string, protocol: string, line: LineEvents) => Line;
  /** `null`: there is none, the memory dies with the page. */
  readonly storage: Storage | null;
  readonly locks: Locks | null;
  readonly channel: ((name: string, hear: (message: unknown) => void) => Channel) | null;
  /** Tells what happens to the page; returns what stops it. */
  readonly watchPage: (tell: (what: 'online' | 'offline' | 'wake') => void) => () => void;
}

export interface Line {
  readonly send: (text: string) => void;
  readonly close: () => void;
}

export interface LineEvents {
  readonly opened: () => void;
  readonly heard: (data: unknown) => void;
  readonly closed: (code: number) => void;
}

export type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface Locks {
  /**
   * Asks for the lock `name`. `tell` hears whether it was given, and later whether it was taken away.
   * `denied`: this page gets none, as a frame where other sites may not store anything.
   * Returns what gives it back, or leaves the line for it.
   */
  readonly request: (
    name: string,
    how: 'queue' | 'if_available' | 'steal',
    tell: (what: 'locked' | 'unavailable' | 'unlocked' | 'denied') => void,
  ) => () => void;
}

export interface Channel {
  readonly post: (message: unknown) => void;
  readonly close: () => void;
}

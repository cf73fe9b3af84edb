/** What a host says and gets. */

import type { SeatState } from './state';

export interface SeatOptions {
  /** Of the widget listener, as in `wss://seats.example/v1/seat`. */
  readonly url: string;
  readonly org: string;
  /** A widget key, where the organization has one. */
  readonly key?: string;
  /** Gives a signed token, where the organization asks for one; called before each login. */
  readonly token?: () => Promise<string>;
  /** `false`: a person logs in with a click. */
  readonly auto?: boolean;
  /** Each login stays in line when no seat is free, where there is a line. */
  readonly wait?: boolean;
  /** Tells several agents in one browser apart, as on a demonstration page. */
  readonly agent?: string;
  /** In a window that was opened to take the session over. */
  readonly handover?: Handover;
}

export interface Handover {
  readonly ticket: string;
  /** Asks the opener for the session; `give` gets its answer. */
  readonly ask: (ticket: string, give: (credentials: unknown) => void) => void;
}

export interface LoginOptions {
  /** This login stays in line, also where the others do not. */
  readonly wait?: boolean;
  /** A hand-off code of a colleague. */
  readonly handoff?: string;
}

export interface SeatClient {
  readonly state: SeatState;
  /** Logs in; in a tab that another one is active beside, takes the session here. */
  readonly login: (options?: LoginOptions) => void;
  /** Frees the seat. */
  readonly logout: () => void;
  /** Tell it in a call and after it: maintenance and endings wait for the call. */
  readonly setOnCall: (onCall: boolean) => void;
  readonly requestHandoff: () => void;
  readonly cancelHandoff: () => void;
  /** The page or its frame came to the front: the line is checked. */
  readonly wake: () => void;
  /**
   * A ticket for one window of the same origin, or `null` where sessions cannot be handed over safely.
   * That window shows it to `handOver`.
   */
  readonly ticket: () => string | null;
  readonly handOver: (ticket: string, give: (credentials: unknown) => void) => void;
  /** Calls `listener` with each new state, at once with the present one; returns what ends it. */
  readonly subscribe: (listener: (state: SeatState) => void) => () => void;
  readonly diagnostics: () => Diagnostics;
  /** Lets go of everything without a logout: the seat is kept for the grace. */
  readonly dispose: () => void;
}

/** For a supporter: nothing here names a person, an organization or an address. */
export interface Diagnostics {
  readonly version: string;
  readonly state: string;
  /** The first six characters of the session's id. */
  readonly session: string | null;
  readonly role: string;
  readonly tries: number;
  /** The last close codes, newest last. */
  readonly closes: readonly number[];
  readonly heardAgoMs: number | null;
  readonly storage: 'session' | 'memory';
  readonly locks: boolean;
  readonly channel: boolean;
  readonly offline: boolean;
}

/** What a host and a person can see of a seat. */

import type { Notice, SeatNumbers } from './wire';

export interface Handoff {
  readonly code: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

export type SeatState =
  /** Nobody has logged in. */
  | { readonly kind: 'idle' }
  /** A login is under way. `since` is in milliseconds since 1970, as all instants here. */
  | { readonly kind: 'connecting'; readonly since: number }
  | {
      readonly kind: 'active';
      /** The first six characters of the session's id. */
      readonly shortId: string;
      readonly overAllocation: boolean;
      readonly notices: readonly Notice[];
      /** An administrator ends it: at an instant, or (`at` null) after the call. */
      readonly ending: { readonly at: number | null } | null;
      readonly handoff: Handoff | 'asked' | 'not_available' | null;
    }
  | {
      readonly kind: 'waiting';
      readonly position: number;
      readonly ahead: number;
      readonly estimateS: number | null;
      readonly notices: readonly Notice[];
    }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly retryable: boolean;
      /** It comes back by itself then, or, where `automatic` is false, a try makes sense then. */
      readonly againAt: number | null;
      readonly automatic: boolean;
      /** It wanted to wait, and there is no place in line. */
      readonly waited: boolean;
      readonly seats: SeatNumbers | null;
    }
  /** The line is lost, the seat is kept until `keptUntil` at least; only the server ends it. */
  | {
      readonly kind: 'reconnecting';
      readonly since: number;
      readonly keptUntil: number;
      readonly offline: boolean;
    }
  | { readonly kind: 'elsewhere'; readonly where: Where }
  | { readonly kind: 'leaving' }
  | { readonly kind: 'over'; readonly reason: string; readonly loginAt: number }
  /** The server and this widget do not understand each other. */
  | { readonly kind: 'failed'; readonly code: number };

/** Another tab, a tab that does not answer, a window of its own, or some other place. */
export type Where = 'tab' | 'silent' | 'window' | 'superseded';

export const IDLE: SeatState = { kind: 'idle' };

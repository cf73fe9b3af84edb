/** What a tab keeps over a reload: in sessionStorage and nowhere else. */

import { isFields, readObject } from './wire';

export interface Credentials {
  readonly session: string;
  readonly secret: string;
}

/** Over until a person starts again. */
export interface Ending {
  readonly reason: string;
  /** Milliseconds since 1970 before which a login makes no sense. */
  readonly until: number;
}

/** No administrator's end keeps an agent out for longer; a clock that was set back would. */
const LONGEST_COOL_DOWN_MS = 900_000;

/** Milliseconds until a login makes sense again, at `nowMs` since 1970. */
export const coolsFor = (until: number, nowMs: number): number =>
  until - nowMs <= LONGEST_COOL_DOWN_MS ? Math.max(0, until - nowMs) : 0;

export interface Memory {
  readonly credentials: Credentials | null;
  /** Of a login whose outcome is not known yet. */
  readonly attempt: string | null;
  readonly tries: number;
  readonly wait: boolean;
  readonly ended: Ending | null;
}

export const NOTHING: Memory = { credentials: null, attempt: null, tries: 0, wait: false, ended: null };

/** What `text` holds, as far as it makes sense. */
export function readMemory(text: string | null): Memory {
  const kept = readObject(text);
  if (!kept) return NOTHING;
  const { attempt, tries, wait, ended } = kept;
  return {
    credentials: readCredentials(kept['credentials']),
    attempt: typeof attempt === 'string' ? attempt : null,
    tries: Number.isSafeInteger(tries) && Number(tries) > 0 ? Number(tries) : 0,
    wait: wait === true,
    ended: readEnding(ended),
  };
}

export function readCredentials(value: unknown): Credentials | null {
  if (!isFields(value)) return null;
  const { session, secret } = value;
  return typeof session === 'string' && typeof secret === 'string' ? { session, secret } : null;
}

export function readEnding(value: unknown): Ending | null {
  if (!isFields(value)) return null;
  const { reason, until } = value;
  return typeof reason === 'string' && typeof until === 'number' ? { reason, until } : null;
}

/** What a widget and the server say to each other; `docs/protocol.md`. Checked at the door. */

export type ClientMessage =
  | {
      readonly type: 'login';
      readonly org: string;
      readonly key?: string;
      readonly token?: string;
      readonly wait: boolean;
      readonly heartbeat: true;
      readonly attempt: string;
      readonly handoff?: string;
    }
  | {
      readonly type: 'resume';
      readonly org: string;
      readonly session: string;
      readonly secret: string;
      readonly heartbeat: true;
    }
  | { readonly type: 'status'; readonly on_call: boolean }
  | { readonly type: 'logout' | 'heartbeat' | 'probe' | 'handoff' | 'cancel_handoff' };

export interface Notice {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly starts_at?: string;
  readonly ends_at?: string;
  readonly new_logins?: string;
  readonly message?: string;
}

export interface SeatNumbers {
  readonly limit: number;
  readonly in_use: number;
}

export type ServerMessage =
  | {
      readonly type: 'seated';
      readonly session: string;
      readonly secret: string;
      readonly resumed: boolean;
      readonly over_allocation: boolean;
      readonly grace_s: number;
      readonly heartbeat_s: number;
      readonly notices: readonly Notice[];
    }
  | { readonly type: 'waiting'; readonly position: number; readonly ahead: number; readonly estimate_s?: number }
  | {
      readonly type: 'refused';
      readonly code: string;
      readonly retryable: boolean;
      readonly retry_after_s?: number;
      readonly seats?: SeatNumbers;
      readonly next_release_s?: number;
    }
  | { readonly type: 'heartbeat' | 'alive' }
  | { readonly type: 'handoff'; readonly code: string; readonly expires_in_s: number }
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'notice_cleared'; readonly id: string }
  | { readonly type: 'ending'; readonly reason: string; readonly in_s?: number }
  | { readonly type: 'ended'; readonly reason: string; readonly cool_down_s?: number }
  | { readonly type: 'draining'; readonly reconnect_after_ms: number; readonly maintenance: boolean }
  | { readonly type: 'error'; readonly code: string; readonly closes?: boolean };

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const text: Check = (value) => typeof value === 'string';
const yes: Check = (value) => typeof value === 'boolean';
/** A count or a duration: nothing that a timer could choke on. */
const amount: Check = (value) => typeof value === 'number' && value >= 0 && value < 1e12;
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null || check(value);
const object =
  (shape: Shape): Check =>
  (value) =>
    isFields(value) && Object.keys(shape).every((name) => shape[name]?.(value[name]));

const notice = object({ id: text, kind: text, state: text, new_logins: maybe(text) });
const shapes: Readonly<Record<string, Shape>> = {
  seated: {
    session: text,
    secret: text,
    resumed: yes,
    over_allocation: yes,
    grace_s: amount,
    heartbeat_s: amount,
    notices: (value) => Array.isArray(value) && value.every(notice),
  },
  waiting: { position: amount, ahead: amount, estimate_s: maybe(amount) },
  refused: {
    code: text,
    retryable: yes,
    retry_after_s: maybe(amount),
    seats: maybe(object({ limit: amount, in_use: amount })),
    next_release_s: maybe(amount),
  },
  heartbeat: {},
  alive: {},
  handoff: { code: text, expires_in_s: amount },
  notice: { notice },
  notice_cleared: { id: text },
  ending: { reason: text, in_s: maybe(amount) },
  ended: { reason: text, cool_down_s: maybe(amount) },
  draining: { reconnect_after_ms: amount, maintenance: yes },
  error: { code: text, closes: maybe(yes) },
};

/** The message in `data`, or `null` where it is none that version 1 knows. */
export function readServerMessage(data: unknown): ServerMessage | null {
  const message = readObject(data);
  const type = message?.['type'];
  const shape = typeof type === 'string' && Object.hasOwn(shapes, type) && shapes[type];
  return shape && object(shape)(message) ? (message as unknown as ServerMessage) : null;
}

/** The object that `data` holds in JSON, or `null`. */
export function readObject(data: unknown): Fields | null {
  try {
    const value: unknown = JSON.parse(String(data));
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

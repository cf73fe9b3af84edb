/** What the page around a frame may say, and what it is told. Only one origin is listened to. */

import type { SeatClient } from './options';
import type { SeatState } from './state';
import { isFields } from './wire';

export type HostMessage =
  | { readonly type: 'mirabridge.logout' | 'mirabridge.login' | 'mirabridge.focus' }
  | { readonly type: 'mirabridge.on_call'; readonly on_call: boolean }
  | { readonly type: 'mirabridge.token'; readonly token: string };

export function readHostMessage(value: unknown): HostMessage | null {
  if (!isFields(value)) return null;
  const { type, on_call, token } = value;
  switch (type) {
    case 'mirabridge.logout':
    case 'mirabridge.login':
    case 'mirabridge.focus':
      return { type };
    case 'mirabridge.on_call':
      return typeof on_call === 'boolean' ? { type, on_call } : null;
    case 'mirabridge.token':
      return typeof token === 'string' ? { type, token } : null;
    default:
      return null;
  }
}

/** Does what the host says. Tokens are the business of whoever asked for one. */
export function obey(seat: SeatClient, message: HostMessage): void {
  switch (message.type) {
    case 'mirabridge.logout':
      return seat.logout();
    case 'mirabridge.login':
      return seat.login();
    case 'mirabridge.focus':
      return seat.wake();
    case 'mirabridge.on_call':
      return seat.setOnCall(message.on_call);
    case 'mirabridge.token':
      return;
  }
}

/** What the host learns: whether its own widget may be used, and why. */
export const stateForHost = (state: SeatState): object => ({
  type: 'mirabridge.state',
  state: state.kind,
  usable: state.kind === 'active' || state.kind === 'reconnecting',
});

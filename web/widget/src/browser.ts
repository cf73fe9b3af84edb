/** The world of a real browser. What is missing there is `null` here. */

import type { Locks, World } from './world';
import { watchPage } from './page';

/** Rejections of a lock request that only say what was asked for. */
const nothing = (): void => undefined;

export const browserWorld = (): World => ({
  now: () => ({ mono: performance.now(), wall: Date.now() }),
  random: Math.random,
  uuid,
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  connect: (url, protocol, events) => {
    const socket = new WebSocket(url, protocol);
    socket.onopen = events.opened;
    socket.onmessage = ({ data }) => events.heard(data);
    socket.onclose = ({ code }) => events.closed(code);
    return {
      send: (text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      close: () => {
        socket.onopen = socket.onmessage = socket.onclose = null;
        socket.close();
      },
    };
  },
  storage: attempt(() => sessionStorage),
  locks: attempt(() => navigator.locks && locksOf(navigator.locks)),
  channel:
    typeof BroadcastChannel === 'undefined'
      ? null
      : (name, hear) => {
          const channel = new BroadcastChannel(name);
          channel.onmessage = ({ data }) => hear(data);
          return { post: (message) => channel.postMessage(message), close: () => channel.close() };
        },
  watchPage,
});

/** Storage and locks throw where a policy forbids them. */
function attempt<T>(get: () => T | undefined): T | null {
  try {
    return get() ?? null;
  } catch {
    return null;
  }
}

/** `crypto.randomUUID` is there in secure contexts only. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 15) | 64;
  bytes[8] = ((bytes[8] ?? 0) & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const locksOf = (locks: LockManager): Locks => ({
  request: (name, how, tell) => {
    const leaving = new AbortController();
    let release = nothing;
    let mine = false;
    let released = false;
    const options: LockOptions =
      how === 'steal' ? { steal: true } : how === 'queue' ? { signal: leaving.signal } : { ifAvailable: true };
    const held = (lock: Lock | null): Promise<void> | undefined => {
      if (released) return;
      if (!lock) return void tell('unavailable');
      mine = true;
      return new Promise<void>((resolve) => {
        release = resolve;
        tell('locked');
      });
    };
    locks.request(name, options, held).catch(() => {
      // Rejected while held: somebody stole it. Before: the browser gives this frame no locks.
      if (!released) tell(mine ? 'unlocked' : 'denied');
    });
    return () => {
      released = true;
      release();
      leaving.abort();
    };
  },
});

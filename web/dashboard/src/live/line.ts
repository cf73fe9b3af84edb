/** The line to the live feed: opens it, reads it, opens it again when it is lost. */

import { EventReader } from './events';
import { type Happening, pauseMs, STALE_AFTER_MS } from './feed';

export interface LineWorld {
  readonly fetch: typeof globalThis.fetch;
  readonly random: () => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What the line says: a happening of the feed, or why there is none. `true`: open another line. */
export interface Listener {
  readonly happened: (happening: Happening) => boolean;
  readonly denied: () => void;
  readonly missing: () => void;
}

/** Follows the feed at `path` until `stop`. */
export async function follow(path: string, token: string, world: LineWorld, listener: Listener, stop: AbortSignal): Promise<void> {
  let failures = 0;
  while (!stop.aborted) {
    const end = await once(path, token, world, listener, stop);
    if (end === 'denied') return listener.denied();
    if (stop.aborted) return;
    listener.happened({ kind: 'closed' });
    if (end === 'missing') listener.missing();
    failures = end === 'had news' ? 0 : failures + 1;
    await world.wait(pauseMs(failures, world.random), stop);
  }
}

type End = 'denied' | 'missing' | 'had news' | 'failed';

async function once(path: string, token: string, world: LineWorld, listener: Listener, stop: AbortSignal): Promise<End> {
  const own = new AbortController();
  const end = (): void => own.abort();
  stop.addEventListener('abort', end);
  let silence = new AbortController();
  /** A line that says nothing for so long is lost. */
  const heard = (): void => {
    silence.abort();
    silence = new AbortController();
    const { signal } = silence;
    void world.wait(STALE_AFTER_MS, signal).then(() => signal.aborted || end());
  };
  let result: End = 'failed';
  try {
    heard();
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
    const response = await world.fetch(path, { headers, signal: own.signal, cache: 'no-store', credentials: 'omit', redirect: 'error' });
    if (response.status === 401) return 'denied';
    if (response.status === 404) return 'missing';
    if (!response.ok || response.body === null) return 'failed';
    listener.happened({ kind: 'opened' });
    const events = new EventReader();
    const words = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return result;
      heard();
      if (listener.happened({ kind: 'heard' })) return result;
      for (const event of events.read(words.decode(value, { stream: true }))) {
        if (listener.happened({ kind: 'event', event })) return result;
        result = 'had news';
      }
    }
  } catch {
    return result;
  } finally {
    silence.abort();
    stop.removeEventListener('abort', end);
    end();
  }
}

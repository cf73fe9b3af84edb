import { expect, test } from 'vitest';
import type { Happening } from '../src/live/feed';
import { follow, type LineWorld, type Listener } from '../src/live/line';

/** A server that answers as told, and a time that passes when everybody waits. */
function scene(answers: readonly (() => Promise<Response>)[]) {
  const stop = new AbortController();
  const said: string[] = [];
  const headers: (string | null)[] = [];
  const waits: number[] = [];
  const timers: { readonly ms: number; readonly ring: () => void }[] = [];
  const left = [...answers];
  let isGap = false;
  const world: LineWorld = {
    random: () => 1,
    fetch: async (_, init) => {
      headers.push(new Headers(init?.headers).get('authorization'));
      const answer = left.shift();
      if (answer) return Promise.race([answer(), new Promise<Response>((_, fail) => init?.signal?.addEventListener('abort', () => fail(new Error('given up'))))]);
      stop.abort();
      throw new Error('nobody is there');
    },
    wait: (ms, signal) =>
      new Promise((ring) => {
        if (ms !== 10_000) {
          waits.push(ms);
          ring();
        } else {
          timers.push({ ms, ring });
          signal.addEventListener('abort', () => ring());
        }
      }),
  };
  const listener: Listener = {
    happened: (happening: Happening) => {
      said.push(happening.kind === 'event' ? `${happening.event.kind} ${happening.event.id}` : happening.kind);
      return happening.kind === 'event' && isGap;
    },
    denied: () => said.push('denied'),
    missing: () => said.push('missing'),
  };
  const gap = (): void => {
    isGap = true;
  };
  return { said, headers, waits, timers, gap, run: () => follow('/live', 'at_x', world, listener, stop.signal) };
}

const stream = (...pieces: string[]): (() => Promise<Response>) => () => Promise.resolve(new Response(new Blob(pieces).stream(), { status: 200 }));
const status = (code: number): (() => Promise<Response>) => () => Promise.resolve(new Response('', { status: code }));
const refused = (): Promise<Response> => Promise.reject(new Error('refused'));
const EVENT = 'event: snapshot\nid: 5\ndata: {}\n\n';

test('a lost line is opened again, soon after news and slower after failures', async () => {
  const { said, waits, headers, run } = scene([stream(EVENT), refused, status(503), stream(EVENT)]);
  await run();
  expect(said).toEqual(['opened', 'heard', 'snapshot 5', 'closed', 'closed', 'closed', 'opened', 'heard', 'snapshot 5', 'closed']);
  expect(waits).toEqual([500, 1000, 2000, 500]);
  expect(new Set(headers)).toEqual(new Set(['Bearer at_x']));
});

test('a token that is not valid ends it', async () => {
  const { said, run } = scene([stream(EVENT), status(401), stream(EVENT)]);
  await run();
  expect(said.at(-1)).toBe('denied');
  expect(said.filter((one) => one === 'opened')).toHaveLength(1);
});

test('an organization that is not there is asked for again', async () => {
  const { said, run } = scene([status(404), stream(EVENT)]);
  await run();
  expect(said).toEqual(['closed', 'missing', 'opened', 'heard', 'snapshot 5', 'closed']);
});

test('a line that misses something is left at once', async () => {
  const { said, gap, run } = scene([stream(EVENT + EVENT)]);
  gap();
  await run();
  expect(said).toEqual(['opened', 'heard', 'snapshot 5', 'closed']);
});

test('a line without a word for ten seconds is given up', async () => {
  const { said, timers, run } = scene([() => new Promise(() => undefined), stream(EVENT)]);
  const running = run();
  await Promise.resolve();
  expect(timers).toHaveLength(1);
  timers[0]?.ring();
  await running;
  expect(said).toEqual(['closed', 'opened', 'heard', 'snapshot 5', 'closed']);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventReader, type LiveEvent } from '../src/live/events';
import { EMPTY, type Feed, freshness, type Happening, type Moment, next, pauseMs } from '../src/live/feed';
import { told } from './numbers';

const at = (ms: number): Moment => ({ ticks: ms, wall: 1_000_000 + ms });
const event = (kind: string, id: number, ...organizations: unknown[]): Happening => ({ kind: 'event', event: { kind, id: String(id), data: JSON.stringify({ organizations }) } });
const inUse = (feed: Feed, id: string): number | undefined => feed.organizations.get(id)?.inUse;

/** What comes of `happenings`, one each second. */
function after(happenings: readonly Happening[], from: Feed = EMPTY, startMs = 0): { readonly feed: Feed; readonly again: boolean } {
  return happenings.reduce<{ feed: Feed; again: boolean }>(
    ({ feed, again }, happening, second) => {
      const result = next(feed, happening, at(startMs + second * 1000));
      return { feed: result.feed, again: again || result.again };
    },
    { feed: from, again: false },
  );
}

const OPEN: Happening = { kind: 'opened' };
const begun = after([OPEN, event('snapshot', 7, told('acme'), told('other'))]).feed;

test('events are the same however the text is cut', () => {
  const text = ': hello\n\nevent: snapshot\nid: 7\ndata: {"a":1}\n\n:\n\nevent: change\r\nid: 8\r\ndata: one\r\ndata: two\r\n\r\ndata:x\n\nevent: nothing\n\n';
  const wanted: LiveEvent[] = [
    { kind: 'snapshot', id: '7', data: '{"a":1}' },
    { kind: 'change', id: '8', data: 'one\ntwo' },
    { kind: 'message', id: '8', data: 'x' },
  ];
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
      const reader = new EventReader();
      const places = [0, ...[...cuts].sort((a, b) => a - b), text.length];
      const read = places.slice(1).flatMap((end, place) => reader.read(text.slice(places[place], end)));
      expect(read).toEqual(wanted);
    }),
  );
});

test('a snapshot is the whole, a change only what differs', () => {
  expect([...begun.organizations.keys()]).toEqual(['acme', 'other']);
  const { feed, again } = after([event('change', 8, told('acme', { in_use: 42, connected: 39 }))], begun);
  expect([inUse(feed, 'acme'), inUse(feed, 'other'), again]).toEqual([42, 41, false]);
  const whole = after([event('snapshot', 9, told('other'))], feed);
  expect([...whole.feed.organizations.keys()]).toEqual(['other']);
});

test('a missing number asks for another line, and nothing of it is shown as right', () => {
  for (const id of [9, 7, 6]) {
    const { feed, again } = after([event('change', id, told('acme', { in_use: 1, connected: 1, in_grace: 0 }))], begun, 3000);
    expect([inUse(feed, 'acme'), again, freshness(feed, at(3000)).kind]).toEqual([41, true, 'stale']);
    const healed = after([OPEN, event('snapshot', 30, told('acme'))], feed, 4000).feed;
    expect(freshness(healed, at(5000)).kind).toBe('live');
  }
});

test('a change before the snapshot of its line is not taken', () => {
  const { feed, again } = after([OPEN, event('change', 8, told('acme', { in_use: 0, connected: 0, in_grace: 0 }))], begun);
  expect([inUse(feed, 'acme'), again]).toEqual([41, true]);
});

test('what is not understood is a reason for another line', () => {
  const broken: readonly Happening[] = [
    { kind: 'event', event: { kind: 'snapshot', id: '8', data: '{' } },
    { kind: 'event', event: { kind: 'snapshot', id: 'x', data: '{"organizations":[]}' } },
    event('snapshot', 8, { ...told('acme'), in_use: 'many' }),
    event('snapshot', 8, told('acme', { in_use: 40 })),
    event('rumour', 8),
  ];
  for (const happening of broken) {
    const { feed, again } = after([happening], begun);
    expect([again, feed.isDoubted, inUse(feed, 'acme')]).toEqual([true, true, 41]);
  }
});

test('numbers are live for ten seconds of silence and then stale since they were right', () => {
  expect(freshness(EMPTY, at(99_000)).kind).toBe('loading');
  const right = begun.right?.wall;
  expect(freshness(begun, at(1000 + 9_999))).toEqual({ kind: 'live', ageMs: 9_999 });
  expect(freshness(begun, at(1000 + 10_000))).toEqual({ kind: 'stale', since: right });
  const heard = after([{ kind: 'heard' }], begun, 9000).feed;
  expect(freshness(heard, at(18_000)).kind).toBe('live');
});

test('either clock makes numbers stale, and neither makes them younger', () => {
  const slept: Moment = { ticks: 1500, wall: 1_000_000 + 60_000 };
  const setBack: Moment = { ticks: 60_000, wall: 1_000_000 - 3_600_000 };
  expect([freshness(begun, slept).kind, freshness(begun, setBack).kind]).toEqual(['stale', 'stale']);
});

test('a line that is open and silent since the loss does not make old numbers right', () => {
  const lost = after([{ kind: 'closed' }, OPEN, { kind: 'heard' }, { kind: 'heard' }], begun, 20_000).feed;
  expect([freshness(lost, at(23_000)).kind, inUse(lost, 'acme')]).toEqual(['stale', 41]);
  const back = after([event('snapshot', 3, told('acme'))], lost, 24_000).feed;
  expect(freshness(back, at(24_000)).kind).toBe('live');
});

test('where the server says so, numbers are stale at once, and live with the next snapshot', () => {
  const said = after([event('stale', 8), { kind: 'heard' }, event('change', 9, told('acme'))], begun, 2000);
  expect([freshness(said.feed, at(4000)), said.again]).toEqual([{ kind: 'stale', since: begun.right?.wall }, false]);
  expect(freshness(after([event('snapshot', 10, told('acme'))], said.feed, 5000).feed, at(5000)).kind).toBe('live');
});

test('pauses between attempts grow to five seconds and are spread', () => {
  const longest = [0, 1, 2, 3, 4, 20, 2000].map((failures) => pauseMs(failures, () => 1));
  expect(longest).toEqual([500, 1000, 2000, 4000, 5000, 5000, 5000]);
  expect(pauseMs(3, () => 0)).toBe(2000);
});

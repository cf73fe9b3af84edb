import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PAGES, read, write } from '../src/address';
import { Api } from '../src/api';
import { paged, text } from '../src/door';
import { organization } from '../src/organization';
import { after } from '../src/parts/asked';
import { advice, askedBuffer, type Ready } from '../src/planning/advice';
import { replayed } from '../src/planning/replayed';
import { trendColumns } from '../src/planning/trend';
import { habits } from '../src/quality/habits';
import { firstFall, increase, maintenance } from '../src/plans';
import { body, filter, graceLeftMs, inPlace, matches, minAgeS, seen, session } from '../src/sessions';
import { changes, originsOf, type Settings, shown } from '../src/settings/shape';
import { closed, verdict } from '../src/verdict';
import { SAID } from '../src/windows/preview';
import { place, spanOf, stretch, within } from '../src/windows/stretch';
import { en } from '../../widget/src/texts/en';
import { told } from './numbers';

const plain: Settings = { name: 'Acme', seats: 50, policy: { kind: 'block' }, suspended: false, allocationEnds: null, graceS: 60, zone: 'UTC', line: null, discloses: true, selfService: null, origins: [] };

const can = (change: Readonly<Record<string, unknown>>): string => {
  const { tone, word, why } = verdict(organization(told('acme', change)), null);
  return `${tone}: ${word}, ${why}`;
};
const full = { in_use: 50, connected: 50, in_grace: 0, free: 0 };

test('the first question has an answer in each case', () => {
  expect(can({})).toBe('good: Yes, 9 seats are free');
  expect(can({ in_use: 49, connected: 46, free: 1 })).toBe('warn: Yes, still, 1 seat is free');
  expect(can(full)).toBe('bad: No, all 50 seats are in use');
  expect(can({ ...full, waiting: 4 })).toBe('bad: No, all 50 seats are in use, 4 agents wait');
  expect(can({ waiting: 1 })).toBe('warn: Not yet, one agent is before the next one in line');
  expect(can({ ...full, policy: 'observe' })).toMatch(/^warn: Yes, beyond the 50 seats/);
  expect(can({ ...full, policy: { burst: 5 } })).toBe('warn: Yes, in the burst: 5 more logins beyond the limit');
  expect(can({ ...full, in_use: 55, connected: 55, policy: { burst: 5 } })).toMatch(/^bad: No/);
  expect(can({ ...full, in_use: 0, connected: 0, limit: { total: 0, base: 0, increases: 0 } })).toBe('bad: No, this organization has no seats');
});

test('a seat that is free helps nobody where logins are refused for another reason', () => {
  const now = Date.parse('2026-01-05T09:00:00Z');
  const window = (change: Readonly<Record<string, unknown>>) =>
    maintenance({ id: 'm', title: 'Upgrade', starts_at: '2026-01-05T08:00:00Z', ends_at: '2026-01-05T10:00:00Z', new_logins: 'refused', message: null, organizations: null, state: 'in_progress', may_change: false, ...change });
  const why = 'maintenance refuses new logins: Upgrade';
  expect(closed('acme', null, [window({})], now)).toBe(why);
  // It begins and ends by the clock, also between two questions.
  expect(closed('acme', null, [window({ state: 'scheduled' })], now)).toBe(why);
  for (const change of [{ state: 'verifying' }, { ends_at: '2026-01-05T09:00:00Z' }, { new_logins: 'allowed' }, { organizations: ['other'] }, { state: 'completed' }, { state: 'scheduled', starts_at: '2026-01-05T09:30:00Z' }]) {
    expect(closed('acme', null, [window(change)], now)).toBeNull();
  }
  expect(closed('acme', { ...plain, suspended: true }, [], now)).toBe('this organization is suspended');
  expect([closed('acme', { ...plain, allocationEnds: now }, [], now), closed('acme', { ...plain, allocationEnds: now + 1 }, [], now)]).toEqual(['the allocation of this organization is over', null]);
  expect(verdict(organization(told('acme')), why)).toEqual({ tone: 'bad', word: 'No', why });
});

test('an address keeps organization, page, range and filters', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(null, 'acme', 'a-b_9'),
      fc.constantFrom(...PAGES),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.string({ minLength: 1, unit: 'grapheme' }).filter((value) => !value.includes('\u0000'))),
      (org, page, query) => {
        expect(read(write({ org, page, query }))).toEqual({ org, page, query: { ...query } });
      },
    ),
  );
  expect(read('#/<b>/nowhere?x')).toEqual({ org: null, page: 'overview', query: { x: '' } });
  expect(read('')).toEqual({ org: null, page: 'overview', query: {} });
});

const one = (change: Readonly<Record<string, unknown>> = {}) =>
  session({ id: '3f2a9c00', short_id: '3f2a9c', state: 'connected', since: '2026-01-05T08:00:00Z', duration_s: 3600, on_call: false, resumes: 0, grace_left_s: null, ...change });

test('the list is filtered as the server does it, so that the numbers agree', () => {
  const of = (state: string, hours = '0') => filter({ state, hours });
  expect(matches(of('connected'), one({ state: 'unresponsive' }))).toBe(true);
  expect(matches(of('unresponsive'), one())).toBe(false);
  expect(matches(of('on_call'), one({ on_call: true, state: 'in_grace', grace_left_s: 3 }))).toBe(true);
  expect([matches(of('', '1'), one()), matches(of('', '1.01'), one())]).toEqual([true, false]);
  expect([filter({ state: 'asleep', hours: 'x' }), minAgeS(of('', '0.5'))]).toEqual([{ state: null, hours: 0 }, 1800]);
});

test('a grace runs out also while nobody asks', () => {
  const grace = one({ state: 'in_grace', grace_left_s: 8 });
  expect([0, 3000, 9000].map((passed) => graceLeftMs(grace, 1000, 1000 + passed))).toEqual([8000, 5000, 0]);
  expect([graceLeftMs(grace, 1000, 0), graceLeftMs(one(), 0, 0)]).toEqual([8000, null]);
});

test('of ten thousand rows only those near the eye are drawn', () => {
  expect(seen(0, 600, 40, 10_000)).toEqual({ first: 0, end: 23 });
  expect(seen(200_000, 600, 40, 10_000)).toEqual({ first: 4992, end: 5023 });
  expect(seen(400_000, 600, 40, 10_000)).toEqual({ first: 9992, end: 10_000 });
  // A list that became short under the eye.
  expect(seen(400_000, 600, 40, 3)).toEqual({ first: 3, end: 3 });
});

test('under the hand nothing of the list moves: who ended keeps the place, who is new comes last', () => {
  const ids = fc.uniqueArray(fc.integer({ min: 0, max: 40 }).map(String), { maxLength: 20 });
  fc.assert(
    fc.property(ids, ids, ids, (before, wanted, others) => {
      const list = (names: readonly string[], resumes: number) => names.map((id) => one({ id, resumes }));
      const fresh = list([...new Set([...wanted, ...others])], 1);
      const laid = inPlace(list(before, 0), list(wanted, 1), fresh);
      expect(laid.sessions.slice(0, before.length).map(({ id }) => id)).toEqual(before);
      expect(new Set(laid.sessions.map(({ id }) => id))).toEqual(new Set([...before, ...wanted]));
      expect(laid.sessions).toHaveLength(new Set([...before, ...wanted]).size);
      for (const { id, resumes } of laid.sessions) expect(resumes === 0).toBe(laid.ended.has(id));
      for (const { id } of fresh) expect(laid.ended.has(id)).toBe(false);
    }),
  );
});

test('an ending says only what its mode takes', () => {
  expect([body({ mode: 'now', noticeS: 9 }), body({ mode: 'notice', noticeS: 9 })]).toEqual([{ mode: 'now' }, { mode: 'notice', notice_s: 9 }]);
});

test('of settings only what differs is sent', () => {
  const settings = { name: 'Acme', seats: 50, policy: { burst: 5 }, suspended: false, allocation_ends: null, grace_s: 60, time_zone: 'Europe/Berlin', waiting_line: null, disclose_counts: true, self_service: null, allowed_origins: ['https://a.example'] };
  const before = shown({ ...told('acme'), settings }).settings;
  expect(changes(before, before)).toEqual({});
  expect(changes(before, { ...before, name: 'B', line: 20, policy: { kind: 'block' }, origins: originsOf(' https://a.example\nhttps://b.example,') })).toEqual({
    name: 'B', waiting_line: { max: 20 }, policy: 'block', allowed_origins: ['https://a.example', 'https://b.example'],
  });
  expect(changes(before, { ...before, selfService: { seats: 20, days: 14 }, allocationEnds: Date.parse('2027-01-01T00:00:00Z') })).toEqual({ self_service: { seats: 20, days: 14 }, allocation_ends: '2027-01-01T00:00:00Z' });
  const ends = shown({ ...told('acme'), settings: { ...settings, allocation_ends: '2026-12-31T22:59:59Z', self_service: { seats: 1, days: 2 } } }).settings;
  expect([changes(ends, { ...ends, selfService: null }), changes(ends, { ...ends, allocationEnds: null })]).toEqual([{ self_service: null }, { allocation_ends: null }]);
  expect(() => shown(told('acme'))).toThrow();
});

test('advice is taken only with every number of its formula, or says how long it takes', () => {
  const ready = {
    seats: 50, recommended: [{ months: 6, seats: 55, formula: 'ceil(…) = 55' }], verdict: 'tight', confidence: 'high', may_cut: true,
    days_known: 400, days_at_cap: 3, peak: 49, buffer: { measured: 0.12, used: 0.15 }, growth_a_month: { measured: null, used: 0 }, weekly_peaks: [47, 49],
    week_ends: ['2026-11-09T00:00:00Z', '2026-11-16T00:00:00Z'], trend: null,
  };
  expect(advice(ready)).toMatchObject({ kind: 'ready', verdict: 'tight', buffer: { measured: 0.12, used: 0.15 }, growth: { measured: null, used: 0 }, weeklyPeaks: [47, 49] });
  expect(advice({ days_known: 3, days_to_go: 11, message: 'advice starts later' })).toEqual({ kind: 'too early', daysKnown: 3, daysToGo: 11 });
  for (const broken of [{ verdict: 'fine' }, { peak: null }, { weekly_peaks: ['many'] }, { week_ends: [] }, { trend: undefined }, { trend: { forecast: [{ months: 1 }] } }, { recommended: [{}] }]) expect(() => advice({ ...ready, ...broken })).toThrow();
  expect(['15', '0', '101', '-1', '1.5', 'x', ''].map((buffer) => askedBuffer({ buffer }))).toEqual([0.15, 0, null, null, null, null, null]);
  expect(askedBuffer({})).toBeNull();
});

test('weeks and the months to come stand in one chart, each from its begin on', () => {
  const at = (month: number) => Date.UTC(2026, month, 16);
  const of = { weeklyPeaks: [47, 49], weekEnds: [at(10) - 7 * 86_400_000, at(10)], seats: 60, forecast: [{ months: 0, at: at(10), low: 46, middle: 48, high: 50 }, { months: 1, at: at(11), low: 45, middle: 49, high: 53 }] } as unknown as Ready;
  const days = (all: readonly number[]) => all.map((s) => (s * 1000 - at(10)) / 86_400_000);
  expect(days(trendColumns(of).at)).toEqual([-14, -7, 0, 30]);
  expect(trendColumns(of).of).toEqual([[47, 49, 49, null], [null, null, 48, 49], [null, null, 50, 53], [null, null, 46, 45], [60, 60, 60, 60]]);
  expect(trendColumns({ ...of, forecast: [] }).of.slice(0, 2)).toEqual([[47, 49, 49], [null, null, null]]);
});

test('a replay is taken with every range, or says what is missing', () => {
  const range = { low: 1, middle: 2, high: 3 };
  const answer = {
    seats: 9, waiting_line: 0, stagger_minutes: 15, seed: 1, estimate: { refused: range, waited: range, wait_s_p95: null, peak_in_use: range },
    stands_on: { from: '2026-11-01T00:00:00Z', to: '2026-11-29T00:00:00Z', days_known: 28, sessions: 900, draws: 40, refused_on_record: 4 },
  };
  expect(replayed(answer)).toMatchObject({ kind: 'estimate', seats: 9, line: 0, stagger: 15, sessions: 900, refusedOnRecord: 4, waitS: null, peak: range });
  expect(replayed({ days_known: 3, days_needed: 7, sessions: 20, sessions_needed: 50 })).toEqual({ kind: 'too little', days: 3, daysNeeded: 7, sessions: 20, sessionsNeeded: 50 });
  for (const broken of [{ peak_in_use: {} }, { refused: 3 }, { waited: { low: 1, high: 2 } }]) expect(() => replayed({ ...answer, estimate: { ...answer.estimate, ...broken } })).toThrow();
});

test('habits are told with number, threshold and what they stand on', () => {
  const closing = { habit: 'closing_the_browser', measured: 0.2763, threshold: 0.2, unit: 'share', events: 257, of: 930 };
  const silent = { habit: 'falling_silent', measured: null, threshold: 2, unit: 'per_100_session_hours', events: 3, of: 12.5 };
  expect(habits({ items: [{ ...closing, advice: 'Log out.' }], looked_at: [closing, silent], message: 'one stands out' })).toMatchObject({
    advice: [['Log out.', '27.6 %, told from 20 % on; 257 of 930 sessions.']],
    lookedAt: [['closing the browser', '27.6 %', '20 %', '257', '930 sessions'], ['falling silent', 'too little known', '2 by 100 session hours', '3', '13 session hours']],
  });
  expect(habits({ days_known: 3, days_to_go: 11 })).toMatchObject({ kind: 'too early' });
});

test('windows stand where they are in time, in the days of the organization', () => {
  const now = Date.parse('2026-10-20T10:00:00Z');
  const shown = stretch('14d', now, 'Europe/Berlin');
  expect([shown.from, shown.to, shown.ticks.length]).toEqual([Date.parse('2026-10-17T22:00:00Z'), Date.parse('2026-10-31T23:00:00Z'), 8]);
  const window = (startsAt: string, endsAt: string) => ({ startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) });
  const all = [window('2026-10-01T00:00:00Z', '2026-10-17T22:00:00Z'), window('2026-10-01T00:00:00Z', '2026-10-17T22:00:01Z'), window('2026-10-31T22:59:59Z', '2026-12-01T00:00:00Z'), window('2026-10-31T23:00:00Z', '2026-12-01T00:00:00Z')];
  expect(within(shown, all)).toEqual([all[1], all[2]]);
  expect([place(shown, 0), place(shown, shown.from), place(shown, shown.to), place(shown, Infinity)]).toEqual([0, 0, 100, 100]);
  expect([spanOf('60d'), spanOf('x'), spanOf(undefined), spanOf('toString')]).toEqual(['60d', '14d', '14d', '14d']);
});

test('the preview of a window says what the widget says', () => {
  expect(SAID).toEqual({ planned: en.planned, underWay: en.underWay, maintenance: en.maintenance });
});

test('the first fall of all increases together is the one that is told, and to how much', () => {
  const at = (hour: number): number => Date.parse('2026-01-05T00:00:00Z') + hour * 3_600_000;
  const of = (state: string, seats: number, from: number, until: number) =>
    increase({ id: `${from}`, seats, from: new Date(at(from)).toISOString(), until: new Date(at(until)).toISOString(), reason: null, state });
  const follows = [of('running', 20, -9, 1), of('running', 30, -9, 20), of('scheduled', 20, 1, 99)];

  expect(firstFall(follows, at(0))).toEqual({ at: at(20), left: 20 });
  expect(firstFall(follows.slice(0, 2), at(0))).toEqual({ at: at(1), left: 30 });
  // A short one in between changes nothing for the one that runs.
  expect(firstFall([of('running', 20, -9, 20), of('scheduled', 5, 1, 2)], at(0))).toEqual({ at: at(20), left: 0 });
  expect(firstFall([of('ended', 20, -9, -1), of('requested', 20, -9, 5)], at(0))).toBeNull();
});

test('nobody is told yes before it is known whether logins are open', () => {
  const free = organization(told('acme', {}));
  expect(verdict(free, null, false)).toMatchObject({ tone: 'warn', word: 'Not known' });
  expect(verdict(free, 'suspended', false).word).toBe('No');
  expect(verdict(free, null, true).word).toMatch(/^Yes/);
});

const server = (...answers: readonly (readonly [number, unknown])[]) => {
  const asked: { readonly path: string; readonly init: RequestInit | undefined }[] = [];
  const left = [...answers];
  const fetch: typeof globalThis.fetch = async (path, init) => {
    asked.push({ path: String(path), init });
    const answer = left.shift();
    if (!answer) throw new TypeError('nobody is there');
    return new Response(typeof answer[1] === 'string' ? answer[1] : JSON.stringify(answer[1]), { status: answer[0], headers: { etag: '"7"' } });
  };
  const barred: string[] = [];
  return { api: new Api('at_secret', fetch, (how) => barred.push(how)), asked, barred };
};
const names = paged((value) => text({ value }, 'value'));

test('the token is in a header and in no address, and no cookie goes with it', async () => {
  const { api, asked } = server([200, { items: ['a'], next: 'x y' }], [200, { items: ['b'], next: null }]);
  expect(await api.all('/list?a=1', names, 10)).toEqual({ kind: 'ok', version: null, value: { items: ['a', 'b'], next: null } });
  expect(asked.map(({ path }) => path)).toEqual(['/list?a=1&limit=1000', '/list?a=1&limit=1000&cursor=x%20y']);
  for (const { path, init } of asked) {
    expect(path).not.toContain('secret');
    expect(init).toMatchObject({ credentials: 'omit', headers: { authorization: 'Bearer at_secret' } });
  }
});

test('a long list ends where it may, and says so', async () => {
  const { api } = server([200, { items: ['a', 'b'], next: 'c' }]);
  expect(await api.all('/list', names, 2)).toMatchObject({ value: { items: ['a', 'b'], next: 'c' } });
});

test('each way in which a question can fail is told apart', async () => {
  const { api, barred } = server([404, ''], [401, ''], [403, { title: 'This token may not do that' }], [409, { title: 'Another number', detail: 'now 3', type: '/problems/count-differs', count: 3 }], [500, '<html>'], [200, { items: 3 }]);
  const kinds = [];
  for (let round = 0; round < 7; round++) kinds.push(await api.get('/list', names));
  expect(kinds.map(({ kind }) => kind)).toEqual(['missing', 'denied', 'refused', 'refused', 'refused', 'unreachable', 'unreachable']);
  expect(kinds[2]).toMatchObject({ status: 403, why: 'This token may not do that' });
  expect(kinds[3]).toMatchObject({ status: 409, why: 'now 3', count: 3 });
  expect(kinds[4]).toMatchObject({ status: 500, why: 'The server answered 500.' });
  expect(barred).toEqual(['denied', 'forbidden']);
});

test('what was known stays, and says that it is old, when it cannot be asked for again', () => {
  const here = after({ kind: 'loading' }, { kind: 'ok', value: 5, version: null });
  expect(after(here, { kind: 'unreachable', why: 'gone' })).toEqual({ kind: 'here', value: 5, version: null, failed: 'gone' });
  expect(after({ kind: 'loading' }, { kind: 'unreachable', why: 'gone' })).toEqual({ kind: 'failed', why: 'gone' });
  expect(after(here, { kind: 'missing' })).toEqual({ kind: 'missing' });
});

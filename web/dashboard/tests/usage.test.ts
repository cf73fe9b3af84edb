import { expect, test } from 'vitest';
import { parts } from '../src/history/parts';
import { columns } from '../src/usage/columns';
import { csv } from '../src/usage/csv';
import { highest, item, sums } from '../src/usage/items';
import { bars, levels, secondsAt } from '../src/usage/levels';
import { interval as chosen, intervals, isPreset, stretch } from '../src/usage/ranges';
import { edgesAt, quantile, usual } from '../src/usage/today';
import { nextPressure, shade, week } from '../src/usage/week';
import { HOUR, toField } from '../src/words/time';
import { interval } from './numbers';

const BERLIN = 'Europe/Berlin';
const at = (hour: number, day = 5): string => `2026-01-0${day}T${String(hour).padStart(2, '0')}:00:00Z`;
const ms = (hour: number, day = 5): number => Date.parse(at(hour, day));

test('a chart has a step for each interval and a hole where nothing is known', () => {
  const items = [interval(at(8), at(9), 3), { from: at(9), to: at(10), gap: 'server down' }, interval(at(10), at(11), 5), interval(at(11), at(12), 4)].map(item);
  const { at: times, of } = columns(items, [(one) => one.peak]);
  const s = (hour: number): number => ms(hour) / 1000;
  expect(times).toEqual([s(8), s(9), s(9) + 0.001, s(10), s(11), s(12)]);
  expect(of[0]).toEqual([3, 3, null, 5, 4, 4]);
});

test('nothing at all is an empty chart and no peak', () => {
  expect(columns([], [(one) => one.peak])).toEqual({ at: [], of: [[]] });
  expect(highest([])).toBeNull();
});

test('sums leave out what is not known', () => {
  const items = [interval(at(8), at(9), 3, { logins: 4, lost: 2 }), { from: at(9), to: at(10), gap: 'server down' }, interval(at(10), at(11), 9, { logins: 5, lost: 1 })].map(item);
  expect(sums(items)).toMatchObject({ logins: 9, lost: 3, seatSeconds: 12 * 1800 });
  expect(highest(items)?.peak).toBe(9);
});

test('the usual is from the tenth to the ninetieth hundredth, where enough days are known', () => {
  const days = [10, 20, 30, 40, 50].map((peak, place) => [item(interval(at(8, place + 1), `2026-01-0${place + 1}T08:30:00Z`, peak))]);
  const all = usual([...days, []], BERLIN);
  expect(all.days).toBe(5);
  // Eight in UTC is nine in Berlin.
  expect([all.low[18], all.high[18], all.low[16]]).toEqual([14, 46, null]);
  expect(edgesAt(all, [ms(8), ms(8) + HOUR / 2], BERLIN).high).toEqual([46, null]);
  expect(usual(days.slice(0, 2), BERLIN).high[18]).toBeNull();
  expect([quantile([1], 0.9), quantile([], 0.5), quantile([0, 10], 0.25)]).toEqual([1, 0, 2.5]);
});

const heat = (cells: readonly (readonly [string, string, number])[]) =>
  week({ weeks: 4, items: cells.map(([weekday, time, max]) => ({ weekday, at: time, max, median: max - 1 })) });

test('the next pressure point is the next half-hour of the week that came near to the limit', () => {
  const all = heat([['monday', '09:00', 46], ['tuesday', '10:30', 45], ['friday', '08:00', 44]]);
  const monday = Date.parse('2026-01-05T07:00:00Z');
  expect(nextPressure(all, 50, 0.9, monday, BERLIN)).toEqual({ at: Date.parse('2026-01-05T08:00:00Z'), seats: 46 });
  expect(nextPressure(all, 50, 0.9, monday + 90 * 60_000 - 1, BERLIN)?.seats).toBe(46);
  expect(nextPressure(all, 50, 0.9, monday + 90 * 60_000, BERLIN)).toEqual({ at: Date.parse('2026-01-06T09:30:00Z'), seats: 45 });
  // After the last of this week comes the first of the next.
  expect(nextPressure(all, 50, 0.9, Date.parse('2026-01-09T12:00:00Z'), BERLIN)?.at).toBe(Date.parse('2026-01-12T08:00:00Z'));
  expect(nextPressure(heat([['monday', '09:00', 46]]), 50, 0.9, Date.parse('2026-01-05T09:00:00Z'), BERLIN)?.at).toBe(Date.parse('2026-01-12T08:00:00Z'));
  expect(nextPressure(all, 60, 0.9, monday, BERLIN)).toBeNull();
  expect(nextPressure(all, 0, 0.9, monday, BERLIN)).toBeNull();
});

test('a half-hour outside of the week is not taken', () => {
  expect(() => heat([['someday', '09:00', 1]])).toThrow();
  expect(() => heat([['monday', '24:00', 1]])).toThrow();
  expect(() => heat([['monday', '09:15', 1]])).toThrow();
});

test('shades say how much of the limit is in use', () => {
  expect([shade(null, 50), shade(0, 50), shade(1, 50), shade(45, 50), shade(50, 50), shade(80, 50), shade(0, 0), shade(1, 0)]).toEqual([null, 0, 1, 9, 10, 10, 0, 10]);
});

test('levels are summed into bars without losing a second', () => {
  const all = levels({ levels: Array.from({ length: 101 }, (_, seats) => ({ seats, seconds: seats })), peak: 100, peak_held_30_min: null, enough: { '95': 90, '99': null, '99.9': 100 } });
  const found = bars(all, 40);
  expect(found.length).toBeLessThanOrEqual(40);
  expect(found.reduce((sum, one) => sum + one.seconds, 0)).toBe(5050);
  expect([found[0]?.from, found.at(-1)?.to, secondsAt(all, 7), secondsAt(all, 999)]).toEqual([0, 100, 7, 0]);
  expect(bars(levels({ levels: [], peak: 0, enough: {} }), 40)).toEqual([{ from: 0, to: 0, seconds: 0 }]);
});

test('ranges are whole days of the organization, as finely as can be drawn and told', () => {
  const now = Date.parse('2026-01-05T09:00:00Z');
  expect(stretch('today', now, BERLIN)).toEqual({ from: Date.parse('2026-01-04T23:00:00Z'), to: now });
  expect(stretch('7d', now, BERLIN).from).toBe(Date.parse('2025-12-29T23:00:00Z'));
  expect(['7d', 'toString', undefined].map(isPreset)).toEqual([true, false, false]);
  expect(intervals('today', 50)).toEqual(['1m', '15m', '30m', '1h']);
  expect(intervals('today', 2)).toEqual(['30m', '1h']);
  expect(intervals('12m', 50)).toEqual(['1d']);
  expect([chosen('today', undefined, 50), chosen('today', '1m', 2), chosen('7d', '1h', 50), chosen('12m', '1m', 50), chosen('today', undefined, 2)]).toEqual(['15m', '30m', '1h', '1d', '30m']);
});

test('a range is told by days, weeks from Monday on, or months, without a gap', () => {
  const now = Date.parse('2026-11-11T09:00:00Z');
  const days = (preset: 'today' | '7d' | '30d' | '90d' | '12m') => {
    const whole = stretch(preset, now, BERLIN);
    const all = parts(preset, whole, BERLIN);
    expect([all[0]?.from, all.at(-1)?.to]).toEqual([whole.from, whole.to]);
    for (const [place, one] of all.entries()) expect(one.from).toBe(place === 0 ? whole.from : all[place - 1]?.to);
    return all.map(({ from }) => toField(from, BERLIN));
  };
  expect(days('today')).toEqual(['2026-11-11T00:00']);
  expect(days('7d')).toHaveLength(7);
  // The clocks go back in between.
  expect(days('30d')).toEqual(['2026-10-13T00:00', '2026-10-19T00:00', '2026-10-26T00:00', '2026-11-02T00:00', '2026-11-09T00:00']);
  expect(days('90d')).toHaveLength(14);
  expect(days('12m')).toEqual(['2025-11-12T00:00', '2025-12-01T00:00', ...Array.from({ length: 11 }, (_, month) => `2026-${String(month + 1).padStart(2, '0')}-01T00:00`)]);
});

test('a text in a table is never a formula, and commas and quotes stay in their cell', () => {
  for (const first of ['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠', ' =', '\t', '\r', '\n']) expect(csv([], [[`${first}1`]])).toMatch(/\r\n"?'/);
  expect(csv(['a', 'b'], [['=HYPERLINK("x")', 1], ['one, two', null], ['-3', -3]])).toBe('a,b\r\n"\'=HYPERLINK(""x"")",1\r\n"one, two",\r\n\'-3,-3\r\n');
});

import { expect, test } from 'vitest';
import { beside, name, read, weeks, write } from '../src/planning/month';
import { increase } from '../src/plans';
import { HOUR } from '../src/words/time';

const BERLIN = 'Europe/Berlin';
const of = (from: string, until: string, seats: number, state = 'scheduled') => increase({ id: from + seats, seats, from, until, reason: null, state });

test('a month is of the organization, and others are beside it', () => {
  const now = Date.parse('2026-10-31T23:30:00Z');
  expect(write(read(undefined, now, BERLIN))).toBe('2026-11');
  expect(write(read('2026-02', now, BERLIN))).toBe('2026-02');
  for (const broken of ['2026-13', '2026-00', '26-1', 'x']) expect(write(read(broken, now, 'UTC'))).toBe('2026-10');
  expect([-1, 1, 2, -14].map((months) => write(beside({ year: 2026, month: 11 }, months)))).toEqual(['2026-10', '2026-12', '2027-01', '2025-09']);
  expect(name({ year: 2026, month: 11 })).toBe('November 2026');
});

test('weeks are whole, from Monday on, also where clocks change and where a month begins on a Monday', () => {
  const october = weeks({ year: 2026, month: 10 }, [], BERLIN);
  expect(october.map((week) => week.map(({ date }) => date))).toEqual([[28, 29, 30, 1, 2, 3, 4], [5, 6, 7, 8, 9, 10, 11], [12, 13, 14, 15, 16, 17, 18], [19, 20, 21, 22, 23, 24, 25], [26, 27, 28, 29, 30, 31, 1]]);
  expect(october.flat().filter(({ isOfMonth }) => isOfMonth)).toHaveLength(31);
  expect(october.flat().map(({ from, to }) => (to - from) / HOUR).filter((hours) => hours !== 24)).toEqual([25]);
  const june = weeks({ year: 2026, month: 6 }, [], BERLIN);
  expect([june.length, june[0]?.[0]?.date]).toEqual([5, 1]);
  expect(weeks({ year: 2027, month: 2 }, [], BERLIN)).toHaveLength(4);
});

test('a day tells the most seats on top at one time, and leaves out what is only requested', () => {
  const all = [
    of('2026-11-02T07:00:00Z', '2026-11-02T17:00:00Z', 10),
    of('2026-11-02T17:00:00Z', '2026-11-03T23:00:00Z', 5),
    of('2026-11-02T12:00:00Z', '2026-11-02T13:00:00Z', 7, 'running'),
    of('2026-11-02T12:00:00Z', '2026-11-02T13:00:00Z', 99, 'requested'),
  ];
  const days = weeks({ year: 2026, month: 11 }, all, BERLIN).flat().filter(({ isOfMonth, date }) => isOfMonth && date <= 5);
  expect(days.map(({ more }) => more)).toEqual([0, 17, 5, 0, 0]);
  expect(days.map(({ increases }) => increases.length)).toEqual([0, 4, 1, 0, 0]);
});

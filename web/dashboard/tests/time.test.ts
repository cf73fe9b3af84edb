import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, fromField, HOUR, instantOf, length, local, midnight, MINUTE, near, toField, weekdayOf, within } from '../src/words/time';

const BERLIN = 'Europe/Berlin';
const utc = (text: string): number => Date.parse(text);

test('a time is told as short as it can be', () => {
  const now = utc('2026-01-05T09:00:00Z');
  expect(near(utc('2026-01-05T17:00:00Z'), now, BERLIN)).toBe('18:00');
  expect(near(utc('2026-01-09T17:00:00Z'), now, BERLIN)).toBe('Fri 18:00');
  expect(near(utc('2026-02-09T17:00:00Z'), now, BERLIN)).toBe('9 Feb 2026 18:00');
  expect(near(utc('2026-01-05T23:30:00Z'), now, BERLIN)).toBe('Tue 00:30');
});

test('of a whole day the day is told, of less the minute', () => {
  const from = utc('2026-01-04T23:00:00Z');
  expect([within(from, from + DAY, BERLIN), within(from, from + HOUR, BERLIN)]).toEqual(['5 Jan 2026', '5 Jan 2026 00:00']);
});

test('a day begins at midnight of the zone, also where clocks change', () => {
  expect(midnight(utc('2026-01-05T23:30:00Z'), BERLIN)).toBe(utc('2026-01-05T23:00:00Z'));
  expect(midnight(utc('2026-03-29T12:00:00Z'), BERLIN)).toBe(utc('2026-03-28T23:00:00Z'));
  expect(midnight(utc('2026-03-29T12:00:00Z'), BERLIN, 1)).toBe(utc('2026-03-29T22:00:00Z'));
  expect(midnight(utc('2026-10-25T12:00:00Z'), BERLIN, 1) - midnight(utc('2026-10-25T12:00:00Z'), BERLIN)).toBe(25 * HOUR);
  expect(midnight(utc('2026-01-01T12:00:00Z'), BERLIN, -1)).toBe(utc('2025-12-30T23:00:00Z'));
  // Where midnight itself is skipped, the day begins an hour later.
  expect(midnight(utc('2026-04-24T12:00:00Z'), 'Africa/Cairo')).toBe(utc('2026-04-23T22:00:00Z'));
});

test('an hour that comes twice is the first, one that is skipped is behind the gap', () => {
  const at = (day: number, month: number, hour: number) => ({ year: 2026, month, day, hour, minute: 30, second: 0 });
  expect(instantOf(at(25, 10, 2), BERLIN)).toBe(utc('2026-10-25T00:30:00Z'));
  expect(local(instantOf(at(29, 3, 2), BERLIN), BERLIN)).toMatchObject({ hour: 3, minute: 30 });
});

test('seconds are shown where there are some, and read back', () => {
  const [end, noon] = [utc('2026-12-31T22:59:59Z'), utc('2026-12-31T11:00:00Z')];
  expect([toField(end, BERLIN), toField(noon, BERLIN)]).toEqual(['2026-12-31T23:59:59', '2026-12-31T12:00']);
  expect([end, noon].map((ms) => fromField(toField(ms, BERLIN), BERLIN))).toEqual([end, noon]);
});

test('what a field shows is read back as the same minute', () => {
  const zones = ['UTC', BERLIN, 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland', 'Australia/Lord_Howe'];
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: utc('2020-01-01T00:00:00Z') / MINUTE, max: utc('2040-01-01T00:00:00Z') / MINUTE }), (zone, minute) => {
      const ms = minute * MINUTE;
      const back = fromField(toField(ms, zone), zone) ?? 0;
      // Of an hour that comes twice, the first is meant.
      expect(toField(back, zone)).toBe(toField(ms, zone));
      expect([0, 30 * MINUTE, HOUR]).toContain(ms - back);
    }),
  );
  expect(fromField('tomorrow', BERLIN)).toBeNull();
});

test('weekdays are those of the zone', () => {
  expect(weekdayOf(utc('2026-01-05T12:00:00Z'), BERLIN)).toBe(0);
  expect(weekdayOf(utc('2026-01-04T23:30:00Z'), BERLIN)).toBe(0);
  expect(weekdayOf(utc('2026-01-04T23:30:00Z'), 'UTC')).toBe(6);
});

test('lengths are told in the two units that matter', () => {
  const lengths = [0, 45_000, 90_000, 2 * HOUR, 2 * HOUR + 15 * MINUTE, 3 * DAY + 4 * HOUR, 3 * DAY].map(length);
  expect(lengths).toEqual(['0 s', '45 s', '2 min', '2 h', '2 h 15 min', '3 d 4 h', '3 d']);
});

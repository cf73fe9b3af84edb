import { expect, test } from 'vitest';
import { comesBack } from '../src/close-codes';
import { reconnectDelayMs, toldDelayMs } from '../src/reconnect';

const at = (tries: number, hasSession = true, lostForMs = 0) => ({ tries, hasSession, lostForMs });
const longest = () => 1;
const shortest = () => 0;

test('the first try comes after 0 to 2 s', () => {
  expect(reconnectDelayMs(at(0), shortest)).toBe(0);
  expect(reconnectDelayMs(at(0), longest)).toBe(2_000);
});

test('then come 1, 2, 4, 8 and 15 s, each times 0.25 to 1', () => {
  const steps = [1, 2, 3, 4, 5].map((tries) => reconnectDelayMs(at(tries), longest));
  expect(steps).toEqual([1_000, 2_000, 4_000, 8_000, 15_000]);
  expect(reconnectDelayMs(at(3), shortest)).toBe(1_000);
});

test('with a session it never waits longer than 15 s, however long it takes', () => {
  for (let tries = 0; tries < 10_000; tries += 7) {
    expect(reconnectDelayMs(at(tries, true, tries * 15_000), longest)).toBeLessThanOrEqual(15_000);
  }
});

test('without a session it waits up to 30 s, and after ten minutes up to 90 s', () => {
  expect(reconnectDelayMs(at(6, false, 599_999), longest)).toBe(30_000);
  expect(reconnectDelayMs(at(60, false, 600_000), longest)).toBe(90_000);
});

test('what the server says is obeyed to the millisecond once, and backed off from after that', () => {
  expect(toldDelayMs(1_234, at(0), longest)).toBe(1_234);
  expect(toldDelayMs(0, at(3), longest)).toBe(4_000);
  expect(toldDelayMs(10_000, at(1), longest)).toBe(10_000);
});

test('no server can send a session away for longer than its return is spread', () => {
  expect(toldDelayMs(3_600_000, at(0), longest)).toBe(20_000);
  expect(toldDelayMs(3_600_000, at(0, false), longest)).toBe(3_600_000);
});

test('the ranges of close codes tell who may come back', () => {
  expect([1001, 1005, 1006, 1011, 1012, 1013, 4000, 4008, 4010, 4053, 4499].every(comesBack)).toBe(true);
  expect([1000, 1002, 1003, 1007, 1009, 1010, 4500, 4501, 4509, 4550, 4999].some(comesBack)).toBe(false);
});

import { expect, test } from 'vitest';
import { after, GRACE_MS, holdsAt, NOBODY, type Presence } from '../demo/presence';

const told = (states: readonly string[], now = 0): Presence => states.reduce((presence, state) => after(presence, state, now), NOBODY);

test('a seat is held from the word active until the widget says that it is not', () => {
  expect(holdsAt(told(['connecting']), 0)).toBe(false);
  expect(holdsAt(told(['connecting', 'active']), 0)).toBe(true);
  expect(holdsAt(told(['active', 'connecting']), 0), 'a reload').toBe(true);
  expect(holdsAt(told(['active', 'elsewhere']), 0), 'a second tab').toBe(true);
  for (const state of ['over', 'refused', 'waiting', 'failed', 'idle']) expect(holdsAt(told(['active', state]), 0), state).toBe(false);
});

test('a lost line keeps the seat for the grace, however often it is said', () => {
  const lost = after(told(['active', 'reconnecting'], 0), 'reconnecting', 30_000);
  expect(holdsAt(lost, GRACE_MS - 1)).toBe(true);
  expect(holdsAt(lost, GRACE_MS)).toBe(false);
  expect(holdsAt(after(lost, 'active', GRACE_MS), GRACE_MS * 2)).toBe(true);
});

import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Throttle } from '../src/parts/throttle';

const MS = 1_500;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const wait = (ms: number): Promise<void> => new Promise((ring) => setTimeout(ring, ms));

/** Changes at these moments, each act as long as the next of `lengths`: when each act began and ended. */
async function acts(changes: readonly number[], lengths: readonly number[]): Promise<readonly { readonly from: number; to: number }[]> {
  const begun: { from: number; to: number }[] = [];
  const start = Date.now();
  const throttle = new Throttle(wait, () => {
    const act = { from: Date.now() - start, to: Number.POSITIVE_INFINITY };
    begun.push(act);
    setTimeout(() => ((act.to = Date.now() - start), throttle.done()), lengths[begun.length % lengths.length] ?? 0);
  });
  throttle.done();
  for (const at of changes) setTimeout(() => throttle.changed(MS), at);
  await vi.advanceTimersByTimeAsync(Math.max(0, ...changes) + 100_000);
  return begun;
}

test('what changes all the time is acted on all the time', async () => {
  const changes = Array.from({ length: 100 }, (_, at) => at * 100);
  expect((await acts(changes, [0])).map(({ from }) => from)).toEqual([1_500, 3_100, 4_700, 6_300, 7_900, 9_500, 11_100]);
});

test('each change is followed by an act, none begins while another is under way, and none without a change', async () => {
  const moments = fc.array(fc.nat(20_000), { minLength: 1, maxLength: 40 });
  const lengths = fc.array(fc.nat(4_000), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(moments, lengths, async (changes, long) => {
      const begun = await acts(changes, long);
      const most = Math.max(...long) + MS;
      // A change in the very moment in which an act begins comes before it.
      for (const at of changes) expect(begun.some(({ from }) => from >= at && from <= at + most + MS)).toBe(true);
      for (const [place, { from }] of begun.entries()) {
        const before = begun[place - 1];
        expect(from).toBeGreaterThanOrEqual((before?.to ?? 0) + MS);
        expect(changes.some((at) => at >= (before?.from ?? 0) && at <= from)).toBe(true);
      }
    }),
    { numRuns: 200 },
  );
});

test('while the first act is under way none begins, and after its end nothing does', async () => {
  let count = 0;
  const throttle = new Throttle(wait, () => (count += 1));
  throttle.changed(MS);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(count).toBe(0);
  throttle.done();
  await vi.advanceTimersByTimeAsync(MS);
  expect(count).toBe(1);
  throttle.done();
  throttle.changed(MS);
  throttle.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(count).toBe(1);
});

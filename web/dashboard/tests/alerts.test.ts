import fc from 'fast-check';
import { expect, test } from 'vitest';
import { causes, incident } from '../src/alerts/incident';
import { left, levels, marks, reached, usual } from '../src/alerts/levels';
import { another, body, clash, rules } from '../src/alerts/rules';
import { delivery } from '../src/alerts/webhook';
import { differences } from '../src/settings/shape';

const told = (percents: readonly number[], change: Readonly<Record<string, unknown>> = {}) => ({
  levels: percents.map((percent) => ({ percent, hold_s: 60, clear_percent: percent === 100 ? null : percent - 5, clear_hold_s: 0 })),
  refusals: { count: 3, within_s: 900 },
  long_wait_s: 600,
  channels: ['webhooks'],
  managed_by: 'api',
  ...change,
});

test('alerts stand where they begin: of few seats the free ones count', () => {
  const found = levels(told([80, 90, 95, 100]));
  expect([50, 10, 2, 1, 0].map((limit) => marks(found, limit))).toEqual([[40, 45, 48, 50], [8, 9, 10], [1, 2], [1], []]);
  expect([reached(50, 10), reached(79, 19), reached(80, 20)]).toEqual([5, 16, 16]);
  expect(() => levels({ levels: [80] })).toThrow();
});

test('a level is left below where it is reached', () => {
  expect([usual(80), usual(100)].map((one) => left(one, 50))).toEqual([37, 49]);
  expect([80, 90, 100].map((percent) => left(usual(percent), 10))).toEqual([7, 8, 9]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 2000 }), (percent, limit) => {
      expect(reached(percent, limit)).toBeGreaterThan(left(usual(percent), limit));
      expect(reached(percent, limit)).toBeLessThanOrEqual(limit);
    }),
  );
});

test('of rules only what differs is sent, levels as a whole and ascending', () => {
  const before = rules(told([80, 100]));
  expect(before).toMatchObject({ refusals: 3, refusalsWithinS: 900, longWaitS: 600, calls: true, managedBy: 'api' });
  const sent = (after: typeof before): unknown => differences(body(before), body(after));
  expect(sent(before)).toEqual({});
  expect(sent({ ...before, longWaitS: 300, calls: false })).toEqual({ long_wait_s: 300, channels: [] });
  expect(sent({ ...before, levels: [...before.levels, usual(50)] })).toMatchObject({ levels: [{ percent: 50, hold_s: 600, clear_percent: 45 }, { percent: 80 }, { percent: 100, clear_percent: null }] });
  for (const broken of [{ refusals: null }, { long_wait_s: '1' }, { channels: null }, { levels: [{ percent: 80 }] }]) expect(() => rules(told([80], broken))).toThrow();
});

test('two levels at one share clash; a further one never does', () => {
  expect([clash([usual(80), usual(90)]), clash([usual(80), usual(80)])]).toEqual([null, 'Two levels are at the same share.']);
  let all = [usual(80)];
  while (all.length < 100) all = [...all, another(all)];
  expect(clash(all)).toBeNull();
});

const spell = (alarm: string, since: string, until: string | null, more = {}) => ({ alarm, since: `2026-01-05T${since}Z`, until: until === null ? null : `2026-01-05T${until}Z`, ...more });

test('an incident says what goes on and what is over, each cause once, the worst first', () => {
  const open = incident({
    id: 'i', state: 'open', severity: 'warning', worst: 'critical', since: '2026-01-05T09:00:00Z', until: null,
    alarms: [spell('level', '09:00:00', null, { level: 80 }), spell('exhausted', '09:10:00', '09:20:00'), spell('exhausted', '09:30:00', null), spell('increase_ends', '09:40:00', '09:41:00', { days: 1 })],
    deliveries: [{ id: 'd', webhook: 'w', type: 'seats.exhausted', state: 'failed' }],
  });
  expect(open.deliveries).toEqual(['failed']);
  expect([open.severity, open.until]).toEqual(['warning', null]);
  expect(causes(open)).toEqual([
    { rank: 0, what: 'the seats ran out', times: 2, goesOn: true },
    { rank: 24, what: 'the use reached the level of 80 %', times: 1, goesOn: true },
    { rank: 106, what: 'an increase that is needed ends within a day', times: 1, goesOn: false },
  ]);
  const over = { id: 'i', state: 'over', severity: 'notice', worst: 'critical', since: '2026-01-05T09:00:00Z', until: '2026-01-05T09:30:00Z', alarms: [], deliveries: [] };
  expect(incident(over).severity).toBe('critical');
  for (const broken of [{ worst: 'dire' }, { deliveries: null }, { deliveries: [{ state: 'lost' }] }]) expect(() => incident({ ...over, ...broken })).toThrow();
  expect(() => incident({ ...over, alarms: [spell('moon', '09:00:00', null)] })).toThrow();
});

test('of a delivery the last try is told, with what the receiver answered', () => {
  const attempt = (outcome: string, status: number | null) => ({ at: '2026-01-05T09:00:00Z', took_ms: 34, outcome, status });
  const of = (state: string, ...attempts: readonly object[]) => delivery({ id: 'd', type: 'test.ping', at: '2026-01-05T09:00:00Z', state, next_attempt_at: null, attempts });
  expect(of('waiting')).toMatchObject({ tries: 0, last: '' });
  expect(of('failed', attempt('unreachable', null), attempt('refused', 500))).toMatchObject({ tries: 2, last: 'refused, 500, in 34 ms' });
  expect(of('delivered', attempt('delivered', 204)).last).toBe('taken, 204, in 34 ms');
  expect(() => of('lost')).toThrow();
});

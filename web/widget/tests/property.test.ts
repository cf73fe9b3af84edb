import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closeCodeOf } from '../src/close-codes';
import { Browser, type Features, type Tab } from './simulation/browser';
import { Clock, random } from './simulation/clock';
import { type Connection, SimServer } from './simulation/server';

/** A tab's number is taken modulo the tabs that there are. */
type Step =
  | { readonly do: 'advance' | 'sleep'; readonly ms: number }
  | { readonly do: TabStep; readonly tab: number }
  | { readonly do: 'close_with'; readonly tab: number; readonly code: number }
  | { readonly do: 'store'; readonly tab: number; readonly text: string }
  | { readonly do: 'open' | 'down' | 'down_and_forget' | 'up' | 'full' | 'free' | 'maintain' | 'maintained' };

const TAB_STEPS = [
  'reload',
  'duplicate',
  'pop_out',
  'close',
  'freeze',
  'thaw',
  'login',
  'wait',
  'logout',
  'reset',
  'cut',
  'noise',
  'terminate',
  'unresponsive',
  'drain',
  'offline',
  'online',
  'wake',
  'fill_storage',
] as const;
type TabStep = (typeof TAB_STEPS)[number];
const CODES = [1000, 1001, 1006, 1008, 1011, 1012, 1013, 4008, 4010, 4012, 4029, 4053, 4499, 4500, 4509, 4543, 4550, 4600];
/** What a tab's storage may hold, by whomever it was written. */
const STORED = [
  '',
  '{',
  '[]',
  '{"credentials":7,"attempt":[],"tries":-1,"wait":"yes","ended":true}',
  '{"credentials":{"session":"another","secret":"another"}}',
  '{"attempt":"another","tries":1000000000}',
  '{"credentials":{"session":"another","secret":"another"},"attempt":"another","tries":4,"wait":true}',
  '{"ended":{"reason":"logout","until":0}}',
  '{"ended":{"reason":"terminated","until":1e15}}',
  '{"ended":{"reason":"superseded","until":0},"credentials":{"session":"another","secret":"another"}}',
];
const NOISE = [
  { type: 'alive' },
  { type: 'unknown' },
  { type: 'seated', session: 7 },
  { type: 'waiting', position: 1, ahead: 0 },
  { type: 'draining', reconnect_after_ms: 5000, maintenance: false },
  { type: 'ending', reason: 'terminated', in_s: 120 },
  { type: 'notice', notice: { id: 'a', kind: 'maintenance', state: 'scheduled' } },
  { type: 'error', code: 'not_available', closes: false },
  { type: 'refused', code: 'made_later', retryable: true },
  { type: 'ended', reason: 'made_later' },
];

const tab = fc.nat(5);
const advance = fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(3, 40, 200, 1100, 3300, 21_000, 70_000) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: advance },
  { weight: 10, arbitrary: fc.record({ do: fc.constantFrom(...TAB_STEPS), tab }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('close_with' as const), tab, code: fc.constantFrom(...CODES) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('store' as const), tab, text: fc.constantFrom(...STORED) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sleep' as const), ms: fc.constantFrom(5_000, 30_000, 200_000) }) },
  { weight: 5, arbitrary: fc.constantFrom<Step>(...(['open', 'down', 'down_and_forget', 'up', 'full', 'free', 'maintain', 'maintained'] as const).map((what) => ({ do: what }))) },
);

/** What the histories met, lest they prove nothing. */
const met = { histories: 0, active: 0, resumes: 0, elsewhere: 0, reconnecting: 0, over: 0, takes: 0, judged: 0, spoiled: 0, waited: 0 };

class History {
  readonly clock = new Clock();
  readonly server = new SimServer(this.clock);
  readonly browser: Browser;
  /** Until then a seat may be in its grace that nobody knows the secret of any more. */
  private excusedUntil = 0;
  private handingOverUntil = 0;

  constructor(
    seed: number,
    private readonly features: Features,
  ) {
    // So that waiting is met often enough.
    if (features.wait) this.server.setLimit(0);
    this.browser = new Browser(this.clock, this.server, random(seed), features);
    this.browser.open();
    this.clock.advance(1_000);
  }

  run(step: Step): void {
    const { browser, clock, server } = this;
    switch (step.do) {
      case 'advance':
        for (let ms = 0; ms < step.ms; ms += 997) {
          clock.advance(Math.min(997, step.ms - ms));
          this.check();
        }
        break;
      case 'sleep':
        clock.sleep(step.ms);
        break;
      case 'open':
        if (browser.tabs.length < 5) browser.open();
        break;
      case 'down':
      case 'down_and_forget':
        server.goDown(step.do === 'down');
        break;
      case 'up':
        server.isUp = true;
        break;
      case 'full':
        server.setLimit(0);
        break;
      case 'free':
        server.setLimit(100);
        break;
      case 'maintain':
      case 'maintained':
        server.isMaintained = step.do === 'maintain';
        break;
      default:
        this.inTab(step);
    }
    this.check();
  }

  private inTab(step: Extract<Step, { readonly tab: number }>): void {
    const { browser, server } = this;
    const tab = browser.tabs[step.tab % Math.max(browser.tabs.length, 1)];
    if (!tab) return;
    const connection = tab.connection;
    const session = connection && server.of(connection);
    switch (step.do) {
      case 'reload':
        // Without storage, or while a hand-over is under way, a reload forgets the session.
        // So does one that finds in its storage what is not its own.
        if (!this.features.storage || this.clock.mono < this.handingOverUntil || tab.storage.isSpoiled) this.excuse();
        if (tab.storage.isSpoiled) met.spoiled++;
        return tab.reload();
      case 'fill_storage':
        // From here on what it holds grows old.
        tab.storage.isFull = true;
        return this.spoil(tab);
      case 'store':
        for (const name of tab.storage.keys()) tab.storage.set(name, step.text);
        return this.spoil(tab);
      case 'duplicate':
        if (browser.tabs.length < 5) tab.duplicate();
        return;
      case 'pop_out':
        this.handingOverUntil = this.clock.mono + 2_000;
        if (browser.tabs.length < 5) tab.page.run(() => tab.popOut());
        return;
      case 'close':
        this.excuse();
        return tab.close();
      case 'freeze':
        tab.page.isFrozen = true;
        return;
      case 'thaw':
        return tab.page.thaw();
      case 'login':
      case 'wait':
        return tab.page.run(() => tab.client.login({ wait: step.do === 'wait' }));
      case 'logout':
        this.excuse();
        return tab.page.run(() => tab.client.logout());
      case 'reset':
        if (!connection) return;
        connection.close(1006);
        return server.lost(connection);
      case 'cut':
        if (connection && !connection.cut) server.cut(connection);
        return;
      case 'noise':
        return connection?.say(NOISE[step.tab % NOISE.length] ?? {});
      case 'terminate':
        if (session) server.end(session, 'terminated', { cool_down_s: 60 });
        return;
      case 'unresponsive':
        // Its grace runs, and only this tab can take it up again.
        this.excuse();
        if (session) server.end(session, 'unresponsive');
        return;
      case 'drain':
        connection?.say({ type: 'draining', reconnect_after_ms: 1500, maintenance: false });
        return this.closeWith(connection, 1012);
      case 'close_with':
        return this.closeWith(connection, step.code);
      case 'offline':
      case 'online':
      case 'wake': {
        const what = step.do;
        return tab.page.run(() => tab.page.tell(what));
      }
    }
  }

  private spoil(tab: Tab): void {
    tab.storage.isSpoiled = true;
    if (tab.isReloading) this.excuse();
  }

  private closeWith(connection: Connection | null, code: number): void {
    if (!connection) return;
    const session = this.server.of(connection);
    if (session && code === closeCodeOf('session_gone')) this.server.end(session, 'handed_off');
    // A code that lets a client forget its session without the server ending it.
    if (comesWithoutSession.includes(code)) this.excuse();
    connection.close(code);
    this.server.lost(connection);
  }

  private excuse(): void {
    this.excusedUntil = this.clock.mono + 120_000;
  }

  check(): void {
    const { browser, clock, server } = this;
    if (browser.tabs.some((tab) => tab.page.isFrozen)) this.excuse();
    // Two lines may be open for the instant that one takes the other's session over; never two sessions.
    const connected = server.sessions.filter(({ connection }) => connection?.isOpen && !connection.cut);
    expect(connected.length).toBeLessThanOrEqual(1);
    if (clock.mono > this.excusedUntil) {
      met.judged++;
      expect(server.sessions.length).toBeLessThanOrEqual(1);
    }
    for (const { client } of browser.tabs) {
      const { kind } = client.state;
      if (kind === 'active' || kind === 'elsewhere' || kind === 'reconnecting' || kind === 'over') met[kind]++;
    }
  }

  /** Whatever happened, two clicks in a tab are enough to work there. */
  rest(): void {
    const { browser, clock, server } = this;
    server.isUp = true;
    server.isMaintained = false;
    server.setLimit(100);
    for (const tab of browser.tabs) tab.page.thaw();
    if (browser.tabs.length === 0) browser.open();
    for (let s = 0; s < 200; s++) {
      clock.advance(1_000);
      this.check();
    }
    const states = browser.tabs.map((tab) => tab.client.state.kind);
    const settled = ['active', 'elsewhere', 'over', 'refused', 'failed', 'idle'];
    expect(states.filter((kind) => !settled.includes(kind))).toEqual([]);
    const clicked = browser.tabs.at(-1) as Tab;
    // The first click may find another tab active, the second takes its session.
    for (let click = 0; click < 2; click++) {
      if (clicked.client.state.kind === 'elsewhere') met.takes++;
      clicked.client.login();
      for (let s = 0; s < 30; s++) {
        clock.advance(1_000);
        this.check();
      }
    }
    expect(clicked.client.state.kind, `from ${states.join()}`).toBe('active');
    expect(browser.tabs.filter((tab) => tab.client.state.kind === 'active').length).toBe(1);
    met.resumes += server.resumes;
    met.waited += server.waited;
    met.histories++;
  }
}

const comesWithoutSession = [1000, 4500, 4509, 4540, 4541, 4543, 4550, 4600, 4010];
/** The same histories every time, unless all the time in the world is given. */
const seed = process.env['MIRABRIDGE_LONG'] === '1' ? {} : { seed: 20_260_105 };
const runs = process.env['MIRABRIDGE_HISTORIES'] ? Number(process.env['MIRABRIDGE_HISTORIES']) / 25 : 400;

test('no history of tabs, lines and words ends with two seats or a stuck state', () => {
  fc.assert(
    fc.property(fc.integer(), fc.boolean(), fc.array(step, { minLength: 8, maxLength: 40, size: 'max' }), (seed, storage, steps) => {
      const history = new History(seed, { storage, locks: true, wait: steps.length % 3 === 0 });
      for (const one of steps) history.run(one);
      history.rest();
    }),
    { numRuns: runs, ...seed },
  );
  expect(met.histories).toBeGreaterThanOrEqual(runs);
  for (const [name, count] of Object.entries(met)) expect(count, name).toBeGreaterThan(runs / 10);
}, 900_000);

test('without locks one tab is never stuck and never has two seats', () => {
  const alone = (one: Step): boolean => one.do !== 'open' && one.do !== 'duplicate' && one.do !== 'close';
  fc.assert(
    fc.property(fc.integer(), fc.array(step.filter(alone), { minLength: 8, maxLength: 40, size: 'max' }), (seed, steps) => {
      const history = new History(seed, { storage: true, locks: false });
      for (const one of steps) history.run(one);
      history.rest();
    }),
    { numRuns: runs / 4, ...seed },
  );
}, 900_000);

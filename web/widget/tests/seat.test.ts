import { expect, test } from 'vitest';
import { Desk } from './desk';

const refused = (code: string, change: object = {}) => ({ type: 'refused', code, message: '', retryable: true, ...change });

test('a login takes a seat and keeps the secret for a reload', () => {
  const desk = new Desk().open();
  expect(desk.last).toEqual({ type: 'login', org: 'acme', wait: false, heartbeat: true, attempt: 'id-2' });

  desk.say(desk.seated());

  expect(desk.state).toMatchObject({ kind: 'active', shortId: '6e0c3d' });
  const again = new Desk({}, desk.storage).open();
  expect(again.last).toMatchObject({ type: 'resume', org: 'acme', secret: 'c2VjcmV0', heartbeat: true });
});

test('a login whose answer is lost is tried again with the same attempt, also after a reload', () => {
  const desk = new Desk().open();
  desk.close(1006).advance(2_000).open();
  expect(desk.last).toEqual(desk.sent[0]);

  const reloaded = new Desk({}, desk.storage).advance(2_000).open();

  expect(reloaded.last?.['attempt']).toBe(desk.sent[0]?.['attempt']);
});

test('a login that a person starts after a refusal has a fresh attempt', () => {
  const desk = new Desk().open().say(refused('seats_exhausted'));
  desk.client.login();
  desk.open();
  expect(desk.last?.['attempt']).not.toBe(desk.sent[0]?.['attempt']);
});

test('a refusal for seats is final until a person tries again', () => {
  const desk = new Desk().open().say(refused('seats_exhausted', { retry_after_s: 23, seats: { limit: 50, in_use: 50 } }));
  desk.close(4550).advance(600_000);

  expect(desk.tries.length).toBe(1);
  expect(desk.state).toMatchObject({ kind: 'refused', code: 'seats_exhausted', automatic: false, seats: { limit: 50 } });
});

test('who waits knows of maintenance, through every word of the place, until it is over', () => {
  const notice = { id: 'n', kind: 'maintenance', state: 'in_progress', new_logins: 'refused' };
  const desk = new Desk().open().say(refused('seats_exhausted'));
  desk.client.login({ wait: true });
  desk.open();
  desk.say({ type: 'waiting', position: 3, ahead: 2 }).say({ type: 'notice', notice });
  desk.say({ type: 'waiting', position: 2, ahead: 1 });
  expect(desk.state).toMatchObject({ position: 2, notices: [notice] });

  desk.say({ type: 'notice_cleared', id: 'n' });

  expect(desk.state).toMatchObject({ position: 2, notices: [] });
});

test('waiting for a seat is a login with wait, and a seat from the line is answered at once', () => {
  const desk = new Desk().open().say(refused('seats_exhausted'));
  desk.client.login({ wait: true });
  desk.open();
  expect(desk.last).toMatchObject({ type: 'login', wait: true });

  desk.say({ type: 'waiting', position: 3, ahead: 2, estimate_s: 540 });
  expect(desk.state).toEqual({ kind: 'waiting', position: 3, ahead: 2, estimateS: 540, notices: [] });

  const attempt = desk.last?.['attempt'];
  desk.close(1006).advance(2_000).open();
  expect(desk.last).toMatchObject({ wait: true, attempt });
  desk.say({ type: 'waiting', position: 3, ahead: 2 }).say(desk.seated());
  expect(desk.last).toEqual({ type: 'heartbeat' });
  expect(desk.state.kind).toBe('active');
});

test('where the host says so, every login stays in line', () => {
  const desk = new Desk({ wait: true }).open();
  expect(desk.last).toMatchObject({ type: 'login', wait: true });
  desk.say(refused('seats_exhausted')).close(4550);
  expect(desk.state).toMatchObject({ kind: 'refused', waited: true });
  desk.client.login();
  expect(desk.open().last).toMatchObject({ type: 'login', wait: true });
  expect(new Desk().open().last).toMatchObject({ type: 'login', wait: false });
});

test('a maintenance sends away and brings back by itself', () => {
  const desk = new Desk().open().say(refused('maintenance', { retry_after_s: 300 })).close(4053);
  expect(desk.state).toMatchObject({ kind: 'refused', code: 'maintenance', automatic: true });

  desk.advance(299_999);
  expect(desk.tries.length).toBe(1);
  desk.advance(2);
  expect(desk.tries.length).toBe(2);
});

test('a hand-off code passes in a maintenance', () => {
  const desk = new Desk().open().say(refused('maintenance', { retry_after_s: 300 })).close(4053);
  desk.client.login();
  expect(desk.tries.length).toBe(1);
  desk.client.login({ handoff: 'K7Q2-M9XD' });
  expect(desk.open().last).toMatchObject({ type: 'login', handoff: 'K7Q2-M9XD' });
});

test('a drain is obeyed to the millisecond from the close on', () => {
  const desk = new Desk().seat().say({ type: 'draining', reconnect_after_ms: 1_234, maintenance: false });
  desk.advance(500).close(1012).advance(1_233);
  expect(desk.tries.length).toBe(1);
  desk.client.login();
  expect(desk.tries.length).toBe(1);
  desk.advance(1);
  expect(desk.tries.length).toBe(2);
});

test('only the word that the session is gone ends it, and a new one is asked for', () => {
  const desk = new Desk().seat();
  desk.random = 0.99;
  desk.close(1006);
  for (let tries = 0; tries < 500; tries++) {
    const before = desk.tries.length;
    desk.advance(15_000);
    expect(desk.tries.length).toBeGreaterThan(before);
    desk.close(1006);
  }
  expect(desk.state.kind).toBe('reconnecting');

  desk.advance(15_000).open().say(refused('session_gone')).advance(2_000).open();

  expect(desk.last).toMatchObject({ type: 'login' });
});

test('the line counts as dead 1.5 heartbeats and 2 s after the last message', () => {
  const desk = new Desk().seat().advance(20_000).say({ type: 'heartbeat' });
  expect(desk.last).toEqual({ type: 'heartbeat' });
  desk.advance(31_999);
  expect(desk.state.kind).toBe('active');
  desk.advance(1);
  expect(desk.state).toMatchObject({ kind: 'reconnecting', offline: false });
});

test('a page that comes back asks, and three seconds later it knows', () => {
  const desk = new Desk().seat().advance(5_000);
  desk.tell('wake');
  expect(desk.last).toEqual({ type: 'probe' });
  desk.advance(2_000).say({ type: 'alive' }).advance(10_000);
  expect(desk.state.kind).toBe('active');

  desk.tell('online');
  desk.advance(2_999);
  expect(desk.state.kind).toBe('active');
  desk.advance(1);
  expect(desk.state.kind).toBe('reconnecting');
});

test('a network that changes right after a message is found out within five seconds', () => {
  const desk = new Desk().seat().advance(20_000).say({ type: 'heartbeat' }).advance(500);
  desk.tell('online');
  expect(desk.last).toEqual({ type: 'heartbeat' });
  desk.advance(2_000);
  expect(desk.last).toEqual({ type: 'probe' });
  desk.advance(3_000);
  expect(desk.state.kind).toBe('reconnecting');
});

test('what is heard after that needs no question', () => {
  const desk = new Desk().seat().advance(20_000).say({ type: 'heartbeat' }).advance(500);
  desk.tell('online');
  desk.advance(500).say({ type: 'heartbeat' }).advance(10_000);
  expect(desk.sent.filter(({ type }) => type === 'probe')).toEqual([]);
});

test('a machine that slept asks at the next look at its clocks', () => {
  const desk = new Desk().seat().advance(6_000);
  desk.clock.sleep(11_000);
  desk.advance(5_000);
  expect(desk.last).toEqual({ type: 'probe' });
});

test('a seat is promised for no longer than the server is sure to keep it', () => {
  const desk = new Desk().seat();
  desk.advance(20_000).say({ type: 'heartbeat' }).advance(20_000).say({ type: 'heartbeat' });
  desk.advance(5_000).close(1006);
  const { state, clock } = desk;
  // The first heartbeat's answer is proven by the second; the second's may be lost.
  expect(state.kind === 'reconnecting' && state.keptUntil - clock.wall).toBe(35_000);
});

test('the network coming back cuts a pause short', () => {
  const desk = new Desk().seat();
  desk.close(1006);
  for (let tries = 0; tries < 6; tries++) desk.advance(15_000).close(1006);
  desk.random = 0;
  const before = desk.tries.length;
  desk.tell('online');
  desk.advance(1);
  expect(desk.tries.length).toBe(before + 1);
});

test('offline is shown while the line is lost', () => {
  const desk = new Desk().seat();
  desk.tell('offline');
  expect(desk.state.kind).toBe('active');
  desk.close(1006);
  expect(desk.state).toMatchObject({ kind: 'reconnecting', offline: true });
});

test('a calm minute forgets the tries', () => {
  const desk = new Desk().seat();
  desk.close(1006).advance(2_000).seat();
  expect(desk.client.diagnostics().tries).toBe(1);
  for (let beats = 0; beats < 3; beats++) desk.advance(20_000).say({ type: 'heartbeat' });
  expect(desk.client.diagnostics().tries).toBe(0);
});

test('whoever has logged out never comes back alone, not even by a reload', () => {
  const desk = new Desk().seat();
  desk.client.logout();
  expect(desk.last).toEqual({ type: 'logout' });
  desk.say({ type: 'ended', reason: 'logout', message: '' }).close(1000).advance(600_000);
  expect(desk.tries.length).toBe(1);

  const reloaded = new Desk({}, desk.storage).advance(600_000);

  expect(reloaded.tries).toEqual([]);
  expect(reloaded.state).toMatchObject({ kind: 'over', reason: 'logout' });
  reloaded.client.login();
  reloaded.seat();
  expect(reloaded.state.kind).toBe('active');
});

test('a logout without a line takes it up once more to free the seat at once', () => {
  const desk = new Desk().seat().close(1006);
  desk.client.logout();
  desk.open();
  expect(desk.last).toMatchObject({ type: 'resume' });
  desk.say(desk.seated());
  expect(desk.last).toEqual({ type: 'logout' });
  desk.close(1006).advance(600_000);
  expect(desk.state).toMatchObject({ kind: 'over', reason: 'logout' });
  expect(desk.tries.length).toBe(2);
});

test('an end by an administrator counts down, ends, and cools down', () => {
  const desk = new Desk().seat().say({ type: 'ending', reason: 'terminated', in_s: 120 });
  expect(desk.state).toMatchObject({ ending: { at: desk.clock.wall + 120_000 } });
  desk.say({ type: 'ended', reason: 'terminated', message: '', cool_down_s: 60 }).close(4540);
  desk.advance(59_000);
  desk.client.login();
  expect(desk.state).toMatchObject({ kind: 'over', reason: 'terminated' });
  desk.advance(1_000);
  desk.client.login();
  expect(desk.seat().state.kind).toBe('active');
});

test('a superseded widget waits for a person, and then takes the same session up', () => {
  const desk = new Desk().seat().say({ type: 'ended', reason: 'superseded', message: '' }).close(4509).advance(600_000);
  expect(desk.tries.length).toBe(1);
  expect(desk.state).toEqual({ kind: 'elsewhere', where: 'superseded' });
  desk.client.login();
  expect(desk.open().last).toMatchObject({ type: 'resume' });
});

test('codes that nobody knows yet follow their range', () => {
  const back = new Desk().seat().close(4499).advance(2_000);
  const final = new Desk().seat().close(4999).advance(600_000);
  expect(back.tries.length).toBe(2);
  expect(final.tries.length).toBe(1);
  expect(final.state).toEqual({ kind: 'failed', code: 4999 });
});

test('the status is told on change and after every seat', () => {
  const desk = new Desk().seat();
  desk.client.setOnCall(true);
  desk.client.setOnCall(true);
  expect(desk.sent.filter(({ type }) => type === 'status')).toHaveLength(1);
  desk.close(1006).advance(2_000).seat();
  expect(desk.last).toEqual({ type: 'status', on_call: true });
});

test('a call that ends while the line is lost is over for the server, too', () => {
  const desk = new Desk().seat();
  desk.client.setOnCall(true);
  desk.close(1006);
  desk.client.setOnCall(false);

  desk.advance(2_000).seat();

  expect(desk.last).toEqual({ type: 'status', on_call: false });
});

test('a host that says nobody is in a call is passed on, and one that has said nothing is not', () => {
  const storage = new Map<string, string>();
  const statuses = (desk: Desk): unknown[] => desk.sent.filter(({ type }) => type === 'status');
  expect(statuses(new Desk({}, storage).seat())).toEqual([]);
  const reloaded = new Desk({}, storage).seat();
  // What ends after the call waits for this word.
  reloaded.client.setOnCall(false);
  expect(statuses(reloaded)).toEqual([{ type: 'status', on_call: false }]);
});

test('a hand-off code passes the seat on', () => {
  const desk = new Desk().seat();
  desk.client.requestHandoff();
  desk.say({ type: 'handoff', code: 'K7Q2-M9XD', expires_in_s: 60 });
  expect(desk.state).toMatchObject({ handoff: { code: 'K7Q2-M9XD', until: desk.clock.wall + 60_000 } });
  desk.say({ type: 'ended', reason: 'handed_off', message: '' }).close(4541);
  expect(desk.state).toMatchObject({ kind: 'over', reason: 'handed_off' });

  const next = new Desk({ auto: false });
  next.client.login({ handoff: 'K7Q2-M9XD' });
  expect(next.open().last).toMatchObject({ type: 'login', handoff: 'K7Q2-M9XD' });
});

test('a server without hand-off says so and nothing ends', () => {
  const desk = new Desk().seat();
  desk.client.requestHandoff();
  desk.say({ type: 'error', code: 'not_available', message: '', closes: false });
  expect(desk.state).toMatchObject({ kind: 'active', handoff: 'not_available' });
});

test('notices come, change and go', () => {
  const notice = { id: 'n', kind: 'maintenance', state: 'scheduled', new_logins: 'refused' };
  const desk = new Desk().open();
  desk.say(desk.seated({ notices: [notice] })).say({ type: 'notice', notice: { ...notice, state: 'in_progress' } });
  expect(desk.state).toMatchObject({ notices: [{ id: 'n', state: 'in_progress' }] });
  desk.say({ type: 'notice_cleared', id: 'n' });
  expect(desk.state).toMatchObject({ notices: [] });
});

test('a token is fetched before each login, and a failure to get one is tried again', async () => {
  let asked = 0;
  const token = () => (++asked === 1 ? Promise.reject(new Error('no token')) : Promise.resolve('a.b.c'));
  const desk = new Desk({ token });
  await Promise.resolve().then(() => undefined);
  await Promise.resolve();
  expect(desk.tries).toEqual([]);
  desk.advance(2_000);
  await Promise.resolve();
  await Promise.resolve();
  expect(desk.open().last).toMatchObject({ type: 'login', token: 'a.b.c' });
});

test('what another program left in the storage is no session', () => {
  for (const text of ['', '{', '[]', '{"credentials":{"session":1},"tries":-3,"ended":{}}', '{"tries":"x"}']) {
    const storage = new Map([['mirabridge.seat ws://seats.example/v1/seat acme ', text]]);
    expect(new Desk({}, storage).open().last).toMatchObject({ type: 'login' });
  }
});

test('diagnostics name no person, no organization and no address', () => {
  const desk = new Desk({ org: 'acme-support' }).seat().close(1006);
  const text = JSON.stringify(desk.client.diagnostics());
  expect(JSON.parse(text)).toMatchObject({ state: 'reconnecting', session: '6e0c3d', closes: [1006], locks: false });
  expect(text).not.toMatch(/acme|seats\.example|c2VjcmV0|6e0c3d6e/);
});

import { beforeEach, expect, test } from 'vitest';
import { Browser, type Tab, TabStorage } from './simulation/browser';
import { Clock, random } from './simulation/clock';
import { SimServer } from './simulation/server';

let clock: Clock;
let server: SimServer;
let browser: Browser;

beforeEach(() => {
  clock = new Clock();
  server = new SimServer(clock);
  browser = new Browser(clock, server, random(7), { storage: true, locks: true });
});

const open = (): Tab => {
  const tab = browser.open();
  clock.advance(1_000);
  return tab;
};
const kinds = (): string[] => browser.tabs.map(({ client }) => client.state.kind);

test('of two tabs one is active and the other says where', () => {
  open();
  const second = open();
  expect(kinds()).toEqual(['active', 'elsewhere']);
  expect(second.client.state).toEqual({ kind: 'elsewhere', where: 'tab' });
  expect(server.logins).toBe(1);
});

test('use here moves the session, and nobody fights for it', () => {
  open();
  open().client.login();
  clock.advance(600_000);
  expect(kinds()).toEqual(['elsewhere', 'active']);
  expect([server.logins, server.resumes]).toEqual([1, 1]);
});

test('a duplicated tab discards the copied secret', () => {
  const first = open();
  const copy = new TabStorage(first.storage);
  expect([...copy.values()].join()).toContain('secret');
  browser.open(copy);
  clock.advance(1_000);
  expect(kinds()).toEqual(['active', 'elsewhere']);
  expect([...copy.values()].join()).not.toContain('secret');
  expect(server.logins + server.resumes).toBe(1);
});

test('a second frame of the same tab does not cost the first its secret', () => {
  const first = open();
  browser.open(first.storage);
  clock.advance(1_000);
  expect([...first.storage.values()].join()).toContain('secret');
});

test('a leader that reloads has three seconds before another is promoted', () => {
  const first = open();
  open();
  first.reload();
  clock.advance(4_000);
  expect(kinds()).toEqual(['active', 'elsewhere']);
  expect([server.logins, server.resumes]).toEqual([1, 1]);
});

test('a leader that is closed is followed by the next tab with the same session', () => {
  const first = open();
  open();
  first.close();
  clock.advance(2_900);
  expect(kinds()).toEqual(['elsewhere']);
  clock.advance(300);
  expect(kinds()).toEqual(['active']);
  expect([server.logins, server.resumes]).toEqual([1, 1]);
});

test('a frozen leader loses the lock to a person who asks, and yields when it thaws', () => {
  const first = open();
  const second = open();
  first.page.isFrozen = true;
  second.client.login();
  clock.advance(3_000);
  expect(second.client.state.kind).toBe('active');
  first.page.thaw();
  clock.advance(600_000);
  expect(kinds()).toEqual(['elsewhere', 'active']);
  expect(server.logins).toBe(1);
});

test('a leader that was frozen before is not doubled: its tab has to be closed', () => {
  const first = open();
  first.page.isFrozen = true;
  const second = open();
  clock.advance(1_000);
  second.client.login();
  clock.advance(3_000);
  expect(second.client.state).toEqual({ kind: 'elsewhere', where: 'silent' });
  expect(server.sessions.length).toBe(1);
});

test('a logout in one tab is one in all', () => {
  const first = open();
  open();
  first.client.logout();
  clock.advance(600_000);
  expect(kinds()).toEqual(['over', 'over']);
  expect(server.sessions).toEqual([]);
});

test('a logout in a tab that is not active is one in all, too', () => {
  open();
  open().client.logout();
  clock.advance(600_000);
  expect(kinds()).toEqual(['over', 'over']);
  expect(server.sessions).toEqual([]);
});

test('a window takes the session with its ticket, once', () => {
  const first = open();
  const ticket = first.client.ticket();
  const given: unknown[] = [];
  first.client.handOver('another', (credentials) => given.push(credentials));
  expect(given).toEqual([]);
  first.client.handOver(ticket ?? '', (credentials) => given.push(credentials));
  first.client.handOver(ticket ?? '', (credentials) => given.push(credentials));
  expect(given).toHaveLength(1);
  expect(given[0]).toMatchObject({ session: server.sessions[0]?.id });
  expect(first.client.state).toEqual({ kind: 'elsewhere', where: 'window' });
});

test('a window that was opened for it resumes the session, and its opener can take it back', () => {
  const first = open();
  first.popOut();
  clock.advance(1_000);
  expect(kinds()).toEqual(['elsewhere', 'active']);
  expect([server.logins, server.resumes]).toEqual([1, 1]);

  first.client.login();
  clock.advance(1_000);
  first.client.login();
  clock.advance(1_000);
  expect(kinds()).toEqual(['active', 'elsewhere']);
  expect(server.logins).toBe(1);
});

test('a window that is closed leaves the session to its opener', () => {
  const first = open();
  first.popOut();
  clock.advance(1_000);
  browser.tabs[1]?.close();
  first.client.login();
  clock.advance(1_000);
  expect(kinds()).toEqual(['active']);
  expect([server.logins, server.resumes]).toEqual([1, 2]);
});

test.each([false, 'denied'] as const)('without storage and locks (%s) it works from memory and says so', (locks) => {
  const plain = new Browser(clock, server, random(7), { storage: false, locks });
  const tab = plain.open();
  clock.advance(1_000);
  expect(tab.client.state.kind).toBe('active');
  expect(tab.client.diagnostics()).toMatchObject({ storage: 'memory', locks: false });
  expect(tab.client.ticket()).toBeNull();
});

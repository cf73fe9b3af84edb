import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { counts, open, press, seatPage, sees, sessionOf } from './browser';
import { scene } from './scene';

const stage = scene('[[organization]]\nid = "acme"\nseats = 5\n');

const tab = (): Promise<Page> => open(stage.context, seatPage(stage.server.origin, 'acme'));

async function opens(act: () => Promise<unknown>): Promise<Page> {
  const [opened] = await Promise.all([stage.context.waitForEvent('page'), act()]);
  await opened.waitForLoadState();
  return opened;
}

test('of two tabs one is active, and use here moves the session', async () => {
  const first = await tab();
  await sees(first, 'Active');
  const session = await sessionOf(first);
  const second = await tab();
  await sees(second, 'Active in another tab');

  await press(second, 'Use here');

  await sees(second, 'Active');
  await sees(first, 'Active in another tab');
  expect(await sessionOf(second)).toBe(session);
  await counts(stage.server, 'acme', { in_use: 1, connected: 1 });
});

test('a duplicated tab discards the copied secret', async () => {
  const first = await tab();
  await sees(first, 'Active');
  // A window that a page opens gets a copy of its storage, as a duplicated tab does.
  const second = await opens(() => first.evaluate((url) => void window.open(url), first.url()));
  await sees(second, 'Active in another tab');
  const kept = (page: Page): Promise<string> => page.evaluate(() => Object.values(sessionStorage).join());
  expect(await kept(second)).not.toContain('"secret"');
  expect(await kept(first)).toContain('"secret"');
  await counts(stage.server, 'acme', { in_use: 1, connected: 1 });
});

test('a tab that reloads keeps its turn, and one that is closed is followed by the next', async () => {
  const first = await tab();
  await sees(first, 'Active');
  const session = await sessionOf(first);
  const second = await tab();
  await sees(second, 'Active in another tab');
  await first.reload();
  await sees(first, 'Active');
  await sees(second, 'Active in another tab');

  await first.close();

  await sees(second, 'Active', 6_000);
  expect(await sessionOf(second)).toBe(session);
  await counts(stage.server, 'acme', { in_use: 1, connected: 1 });
});

test('a window of its own takes the session over and gives it back when it is closed', async () => {
  const page = await tab();
  await sees(page, 'Active');
  const session = await sessionOf(page);
  const window = await opens(() => press(page, 'Own window'));
  await sees(window, 'Active');
  await sees(page, 'Active in its own window');
  expect(await sessionOf(window)).toBe(session);
  expect(window.url()).not.toContain('ticket');

  await window.close();

  await sees(page, 'Active');
  expect(await sessionOf(page)).toBe(session);
  await counts(stage.server, 'acme', { in_use: 1, connected: 1 });
});

test('a logout in one tab is one in all, and a reload does not log in again', async () => {
  const first = await tab();
  await sees(first, 'Active');
  const second = await tab();
  await sees(second, 'Active in another tab');
  await press(first, 'Log out');
  await sees(second, 'Logged out');
  await first.reload();
  await sees(first, 'Logged out');
  await counts(stage.server, 'acme', { in_use: 0 }, 1_000);
});

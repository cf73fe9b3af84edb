/** The server announces no maintenance yet: its words are those of the contract, on a line to the real server. */

import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { counts, launch, open, press, reads, said, seatPage, sees, sessionOf, violations, words } from './browser';
import { SeatServer } from './server';
import { SpokenLine } from './spoken';

let browser: Browser;
let context: BrowserContext;
let server: SeatServer;
let line: SpokenLine;

beforeAll(async () => {
  browser = await launch();
  server = await SeatServer.start('[[organization]]\nid = "acme"\nseats = 2\n');
  line = await SpokenLine.to(server.listen);
});
beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(async () => {
  line.refusal = null;
  await context.close();
  await server.clear('acme');
});
afterAll(async () => {
  await browser.close();
  await server.end();
  line.end();
});

const notice = (state: string, message: string): object => ({
  type: 'notice',
  notice: {
    id: 'spring',
    kind: 'maintenance',
    state,
    starts_at: '2026-03-01T20:00:00Z',
    ends_at: '2026-03-01T21:00:00Z',
    new_logins: 'refused',
    message,
  },
});
const refusal = {
  message: {
    type: 'refused',
    code: 'maintenance',
    message: 'MiraBridge seats are being maintained. Genesys Cloud works as usual.',
    retryable: true,
    retry_after_s: 3,
  },
  code: 4053,
};

test('whoever is logged in hears of a maintenance, stays so, and sees no countdown', async () => {
  const page = await open(context, seatPage(line.origin, 'acme'));
  await sees(page, 'Active');
  const session = await sessionOf(page);

  line.say(notice('scheduled', 'MiraBridge is updated on Sunday.'));

  await sees(page, 'Maintenance is planned');
  expect(await page.locator('[part=status]').textContent()).toContain('You stay logged in. MiraBridge is updated on Sunday.');
  expect(await page.getByRole('alert').textContent()).toBe('');
  expect(await words(page)).not.toMatch(/\d+ (s|min)\b/);
  expect(await violations(page)).toEqual([]);
  line.say(notice('scheduled', 'MiraBridge is updated on Monday.'));
  await reads(page, /on Monday\./);
  expect(await words(page)).not.toContain('on Sunday.');
  line.say(notice('in_progress', ''));
  await sees(page, 'Maintenance');
  line.say({ type: 'notice_cleared', id: 'spring' });
  await sees(page, 'Active');
  expect(await sessionOf(page)).toBe(session);
  await counts(server, 'acme', { in_use: 1, connected: 1 });
});

test('a login that a maintenance refuses comes back by itself, and not before it was told', async () => {
  const before = line.refused;
  line.refusal = refusal;
  const page = await open(context, seatPage(line.origin, 'acme'));

  await sees(page, 'Maintenance');
  expect(await page.locator('[part=status]').textContent()).toContain('you can take calls. MiraBridge logs you in when it is over.');
  await reads(page, /Next try in [1-3] s\./);
  expect(await violations(page)).toEqual([]);
  // Nobody has to ask: it is not sooner there for it.
  await page.evaluate(() => document.querySelector<HTMLElement & { seat: { login: () => void } }>('mirabridge-seat')?.seat.login());
  expect(await said(page)).toBe('Maintenance');
  expect(line.refused - before).toBe(1);
  await expect.poll(() => line.refused - before, { timeout: 20_000 }).toBe(2);
  await sees(page, 'Maintenance');
  expect(await server.numbers('acme')).toMatchObject({ in_use: 0 });

  line.refusal = null;

  await sees(page, 'Active', 20_000);
  await counts(server, 'acme', { in_use: 1, connected: 1 });
});

test('a hand-off code passes in a maintenance, since it takes no seat', async () => {
  const ann = await open(context, seatPage(line.origin, 'acme', 'ann'));
  await sees(ann, 'Active');
  line.refusal = { ...refusal, message: { ...refusal.message, retry_after_s: 600 } };
  const ben = await open(context, seatPage(line.origin, 'acme', 'ben'));
  await sees(ben, 'Maintenance');
  await press(ann, 'Hand over my seat');
  const code = ann.locator('[part=code]');
  await expect.poll(() => code.textContent()).toMatch(/-/);

  await press(ben, 'Use a hand-off code');
  await ben.keyboard.type((await code.textContent()) ?? '');
  await ben.keyboard.press('Enter');

  await sees(ben, 'Active');
  await sees(ann, 'Seat handed over');
});

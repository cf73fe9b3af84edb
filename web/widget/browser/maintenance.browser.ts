import { expect, test } from 'vitest';
import { counts, open, press, reads, said, seatPage, sees, sessionOf, violations, words } from './browser';
import { scene } from './scene';

const stage = scene('[[organization]]\nid = "acme"\nseats = 2\n');
const HOUR = 3_600_000;

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** An administrator's window that refuses logins, from and until so many milliseconds from now; returns what changes it. */
async function plan(from: number, until: number, message: string | null = null): Promise<(change: object) => Promise<unknown>> {
  const body = { title: 'Upgrade', starts_at: inMs(from), ends_at: inMs(until), message };
  const { id } = (await stage.server.ask('POST', '/maintenance', body)) as { readonly id: string };
  return (change) => stage.server.ask('PATCH', `/maintenance/${id}`, change);
}

test('whoever is logged in hears of a maintenance, stays so, and sees no countdown', async () => {
  const page = await open(stage.context, seatPage(stage.server.origin, 'acme'));
  await sees(page, 'Active');
  const session = await sessionOf(page);

  const change = await plan(HOUR, 2 * HOUR, 'MiraBridge is updated on Sunday.');

  await sees(page, 'Maintenance is planned');
  expect(await page.locator('[part=status]').textContent()).toContain('You stay logged in. MiraBridge is updated on Sunday.');
  expect(await page.getByRole('alert').textContent()).toBe('');
  expect(await words(page)).not.toMatch(/\d+ (s|min)\b/);
  expect(await violations(page)).toEqual([]);
  await change({ message: 'MiraBridge is updated on Monday.' });
  await reads(page, /on Monday\./);
  expect(await words(page)).not.toContain('on Sunday.');
  // It begins and ends by the clock.
  await change({ starts_at: inMs(1_000), message: null });
  await sees(page, 'Maintenance');
  await page.reload();
  await sees(page, 'Maintenance');
  await change({ ends_at: inMs(1_000) });
  await sees(page, 'Active');
  expect(await sessionOf(page)).toBe(session);
  await counts(stage.server, 'acme', { in_use: 1, connected: 1 });
});

test('a login that a maintenance refuses comes back by itself, and not before it was told', async () => {
  await plan(0, 8_000);
  const page = await stage.context.newPage();
  const tries: number[] = [];
  page.on('websocket', () => tries.push(Date.now()));
  await page.goto(seatPage(stage.server.origin, 'acme'));

  await sees(page, 'Maintenance');
  expect(await page.locator('[part=status]').textContent()).toContain('you can take calls. MiraBridge logs you in when it is over.');
  await reads(page, /Next try in \d+ s\./);
  const told = Number(/Next try in (\d+) s\./.exec(await words(page))?.[1]);
  const due = Date.now() + (told - 1) * 1_000;
  // Nobody has to ask: it is not sooner there for it.
  await page.evaluate(() => document.querySelector<HTMLElement & { seat: { login: () => void } }>('mirabridge-seat')?.seat.login());
  expect(await said(page)).toBe('Maintenance');
  expect(await violations(page)).toEqual([]);

  // The end of the window, and what spreads the return of all who were refused.
  await sees(page, 'Active', 40_000);
  expect(tries).toHaveLength(2);
  expect(tries[1]).toBeGreaterThanOrEqual(due);
  await counts(stage.server, 'acme', { in_use: 1, connected: 1 });
});

test('a hand-off code passes in a maintenance, since it takes no seat', async () => {
  const ann = await open(stage.context, seatPage(stage.server.origin, 'acme', 'ann'));
  await sees(ann, 'Active');
  await plan(0, HOUR);
  await sees(ann, 'Maintenance');
  const ben = await open(stage.context, seatPage(stage.server.origin, 'acme', 'ben'));
  await sees(ben, 'Maintenance');
  await press(ann, 'Hand over my seat');
  const code = ann.locator('[part=code]');
  await expect.poll(() => code.textContent()).toMatch(/-/);

  await press(ben, 'Use a hand-off code');
  await ben.keyboard.type((await code.textContent()) ?? '');
  await ben.keyboard.press('Enter');

  // Ben is in, and hears of the maintenance as one who is.
  await reads(ben, /You stay logged in\./);
  await sees(ann, 'Seat handed over');
  await counts(stage.server, 'acme', { in_use: 1, connected: 1 });
});

import { expect, test } from 'vitest';
import { violations } from '../../widget/browser/browser';
import { picturesIn, scene } from '../../widget/browser/scene';
import { SeatServer } from '../../widget/browser/server';
import { Desk } from './desk';

const PICTURES = picturesIn('dashboard');
/** Each page, and the other part of one. */
const PARTS: readonly (readonly [title: string, part?: string])[] = [
  ['Overview'], ['Sessions'], ['History'], ['Quality'], ['Planning'], ['Maintenance and alerts'], ['Maintenance and alerts', 'Alerts'], ['Settings'],
];
/** Pages whose pictures are kept, as far down: what does not depend on months of history. */
const KEPT: Readonly<Record<string, number>> = {
  'Overview wide': 520, 'Overview narrow': 760, 'Sessions wide': 480, 'Maintenance and alerts wide': 420, 'Maintenance and alerts, Alerts wide': 720, 'Maintenance and alerts, Alerts narrow': 760,
};
const DAY = 86_400_000;
const inDays = (days: number): string => new Date(Math.floor(Date.now() / DAY) * DAY + days * DAY).toISOString();

const stage = scene(async () => {
  const server = await SeatServer.start(
    '[[organization]]\nid = "acme"\nname = "Acme Support"\nseats = 40\ntime_zone = "Europe/Berlin"\n' +
      '[[organization.increase]]\nseats = 10\nfrom = 2026-01-01T00:00:00Z\nuntil = 2099-01-01T00:00:00Z\nreason = "Season"\n' +
      '[[organization]]\nid = "empty"\nname = "Nobody yet"\nseats = 5\n',
  );
  await server.ask('PUT', '/organizations/acme/alerts', { levels: [{ percent: 70, hold_s: 0 }, { percent: 90 }, { percent: 100 }] });
  for (const [seats, from, until, reason] of [[5, 2, 3, 'Training'], [20, 4, 9, 'Black Friday'], [3, 5.3, 5.7, 'Evening event']] as const) {
    await server.ask('POST', '/organizations/acme/increases', { seats, from: inDays(from), until: inDays(until), reason });
  }
  server.fleet('acme', 45);
  return server;
});

/** Windows of each kind; after each test they are gone. */
async function planned(): Promise<void> {
  const plan = (title: string, from: number, until: number, new_logins: string): Promise<unknown> =>
    stage.server.ask('POST', '/maintenance', { title, starts_at: inDays(from), ends_at: inDays(until), new_logins, organizations: ['acme'] });
  await plan('New telephones', -1, 2, 'allowed');
  await plan('Upgrade of the telephone system', 6.1, 6.3, 'refused');
  const { id } = (await plan('Network', 8, 9, 'refused')) as { readonly id: string };
  await stage.server.ask('PATCH', `/maintenance/${id}`, { state: 'cancelled' });
}

test.each([
  ['wide', 'light', 1280, 'acme'],
  ['narrow', 'dark', 390, 'acme'],
  ['wide', 'dark', 1280, 'empty'],
  ['narrow', 'light', 390, 'empty'],
] as const)('each page has no violation that axe can find, and fits (%s, %s)', async (name, colorScheme, width, org) => {
  await planned();
  const context = await stage.fresh({ colorScheme, viewport: { width, height: 900 }, deviceScaleFactor: 1 });
  const desk = await Desk.enter(context, stage.server, `#/${org}/overview`);
  const { page } = desk;
  if (org === 'acme') await expect.poll(() => desk.tile('Peak today'), { timeout: 20_000 }).not.toMatch(/^.$/);
  for (const [title, part = null] of PARTS) {
    if (part === null) await desk.go(title);
    else await page.getByRole('button', { name: part, exact: true }).click();
    await desk.settled();
    const main = page.getByRole('main', { name: title });
    if (title !== 'Overview' && part === null) expect(await main.evaluate((element) => element === document.activeElement), title).toBe(true);
    expect(await violations(page), title).toEqual([]);
    expect(await page.locator('.problem:not(:empty)').allInnerTexts(), title).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${title} is too wide`).toBe(true);
    const picture = part === null ? title : `${title}, ${part}`;
    const height = KEPT[`${picture} ${name}`];
    if (PICTURES && org === 'acme' && height !== undefined) {
      const file = (part ?? title.split(' ')[0] ?? '').toLowerCase();
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({ path: `${PICTURES}${file}${name === 'wide' ? '' : '.narrow-dark'}.png`, clip: { x: 0, y: 0, width, height } });
    }
  }
  await desk.close();
});

test('of a long list only what is seen is drawn, also after a jump to its end', async () => {
  const context = await stage.fresh({ viewport: { width: 1280, height: 900 } });
  const desk = await Desk.enter(context, stage.server, '#/acme/sessions');
  const rows = desk.page.locator('.rows tbody tr:not(.space)');
  await expect.poll(() => rows.count(), { timeout: 10_000 }).toBeGreaterThan(10);
  const { all, drawn } = await desk.page.evaluate(async () => {
    const list = document.querySelector('.rows');
    list?.scrollTo(0, 1_000_000);
    await new Promise((drawn) => setTimeout(drawn, 200));
    const rows = [...document.querySelectorAll('.rows tbody tr:not(.space)')];
    return { all: Number(list?.querySelector('table')?.getAttribute('aria-rowcount')) - 1, drawn: rows.map((row) => Number(row.getAttribute('aria-rowindex')) - 1) };
  });
  expect(drawn.at(-1)).toBe(all);
  expect(drawn.length).toBeLessThan(45);
  await desk.close();
});

test('everything can be reached with the keyboard', async () => {
  const desk = await Desk.open(stage.context, stage.server);
  const { page } = desk;
  await expect.poll(() => page.evaluate(() => document.activeElement?.id), { timeout: 5_000, interval: 20 }).toBe('token');
  await page.keyboard.type(stage.server.token);
  await page.keyboard.press('Enter');
  await desk.says('● Live');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('To the page');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  await page.getByRole('link', { name: 'History' }).focus();
  await page.keyboard.press('Enter');
  await desk.arrived('History');
  await desk.settled();
  await page.getByRole('button', { name: '30 days' }).focus();
  await page.keyboard.press('Space');
  await expect.poll(() => page.url()).toContain('range=30d');
  const link = page.url().slice(stage.server.adminOrigin.length + 1);
  const second = await Desk.enter(stage.context, stage.server, link);
  await second.settled();
  expect(await second.page.getByRole('button', { name: '30 days' }).getAttribute('aria-pressed')).toBe('true');
  await second.close();
  await desk.close();
});

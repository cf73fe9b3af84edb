import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { violations } from '../../widget/browser/browser';
import { picturesIn, scene } from '../../widget/browser/scene';
import { binary, SeatServer } from '../../widget/browser/server';
import { Desk } from './desk';

const PICTURES = picturesIn('dashboard');
const PEOPLE = ['--weeks', '10', '--agents', '60', '--seats', '40', '--org', 'acme'];
const stage = scene(() =>
  SeatServer.start('[[organization]]\nid = "acme"\nname = "Acme"\nseats = 40\n[[organization]]\nid = "empty"\nseats = 5\n', {
    fill: (folder) => void execFileSync(binary, ['demo-history', ...PEOPLE, '--data-dir', folder]),
  }),
);

const range = (row: string): readonly number[] => row.split('\t').slice(1).map(Number);

test('the forecast, what would have been and quiet windows stand on the weeks that were lived, as the API tells them', async () => {
  const context = await stage.fresh({ viewport: { width: 1280, height: 900 } });
  const desk = await Desk.enter(context, stage.server, '#/acme/planning');
  const { page } = desk;
  await desk.settled();
  const panel = (name: string) => page.locator('.panel', { has: page.getByRole('heading', { name, exact: true }) });
  const advice = (await stage.server.ask('GET', '/organizations/acme/advice/right-size')) as { readonly weekly_peaks: readonly number[]; readonly trend: { readonly forecast: readonly { readonly low: number; readonly middle: number; readonly high: number }[] } };
  const year = advice.trend.forecast[12];
  expect(await panel('The right number of seats').innerText()).toContain(`${Math.round(year?.middle ?? 0)} in 12 months (${Math.round(year?.low ?? 0)} to ${Math.round(year?.high ?? 0)})`);
  expect(await page.getByRole('img', { name: `Peaks by week, the highest ${Math.max(...advice.weekly_peaks)}` }).locator('canvas').count()).toBe(1);
  const asTable = panel('The right number of seats').getByRole('button', { name: /table/ });
  await asTable.click();
  expect(await page.getByRole('group', { name: 'Weekly peaks' }).locator('tbody tr').count()).toBe(advice.weekly_peaks.length + 12);

  // With the keyboard alone.
  const found = panel('What would have been');
  expect(await found.innerText()).toContain('Nothing is changed by it');
  await page.getByLabel('Seats', { exact: true }).fill('31');
  await page.keyboard.press('Enter');
  const rows = found.locator('tbody tr');
  await expect.poll(() => rows.count(), { timeout: 15_000 }).toBe(4);
  expect(await found.innerText()).toMatch(/An estimate: \d+ sessions since .*on 31 seats, without a waiting line, starts as they were/);
  const [refused = '', , , peak = ''] = await rows.allInnerTexts();
  expect(range(refused)[0]).toBeGreaterThan(0);
  expect([...range(refused)]).toEqual([...range(refused)].sort((a, b) => a - b));
  expect(range(peak)[2]).toBe(31);
  if (PICTURES) {
    await asTable.click();
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: `${PICTURES}planning.png`, fullPage: true, clip: { x: 0, y: 0, width: 1280, height: 1200 } });
  }
  await page.getByLabel('Waiting line').check();
  await page.getByLabel('Starts').selectOption('spread over 60 min');
  await page.getByRole('button', { name: 'Replay the last 28 days' }).click();
  await expect.poll(() => found.innerText(), { timeout: 15_000 }).toMatch(/with a waiting line, starts spread over 60 min/);
  expect(range(await rows.first().innerText())).toEqual([0, 0, 0]);

  const quiet = page.getByRole('group', { name: 'Quiet windows' });
  expect(await quiet.locator('tbody tr').count()).toBeGreaterThan(2);
  await page.getByLabel('Training of').fill('39');
  await page.keyboard.press('Tab');
  await expect.poll(() => panel('Quiet windows').innerText()).toMatch(/No time of the coming two weeks usually has room for 39 seats\. There was always room for \d+\./);
  expect(await violations(page)).toEqual([]);

  await desk.go('Quality');
  await desk.settled();
  expect(await panel('Advice on habits').innerText()).toMatch(/⚠ Many agents close the browser .*\d %, told from 20 % on; \d+ of \d+ sessions/);
  await panel('Advice on habits').getByRole('button', { name: 'As a table' }).click();
  expect(await page.getByRole('group', { name: 'Habits' }).locator('tbody tr').count()).toBe(6);
  expect(await violations(page)).toEqual([]);
  await desk.close();
});

test('where nothing is known it says what is missing; what cannot be asked is an error, and what is old is said to be', async () => {
  const context = await stage.fresh({ colorScheme: 'dark', viewport: { width: 390, height: 900 } });
  const desk = await Desk.enter(context, stage.server, '#/empty/planning');
  const { page } = desk;
  await desk.settled();
  expect(await page.getByText('14 days to go').count()).toBe(2);
  await page.getByRole('button', { name: 'Replay the last 28 days' }).click();
  await expect.poll(() => page.getByText('○ Too little is on record: 0 days of 7 and 0 sessions of 50.').count(), { timeout: 10_000 }).toBe(1);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  expect(await violations(page)).toEqual([]);

  // As many replays run as may: it is said, and tried again.
  let refused = 0;
  await page.route('**/advice/replay', (route) => {
    refused += 1;
    return refused === 1 ? route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"type":"/problems/too-many","title":"As many are open as there may be; try again later","status":503,"detail":"replays of other organizations are running"}' }) : route.continue();
  });
  await page.getByLabel('Waiting line').check();
  await page.getByRole('button', { name: 'Replay the last 28 days' }).click();
  await expect.poll(() => page.locator('.state.problem').innerText()).toContain('replays of other organizations are running');
  await expect.poll(() => page.getByText('○ Too little is on record').count(), { timeout: 10_000 }).toBe(1);
  await desk.go('Quality');
  await expect.poll(() => page.locator('.panel', { has: page.getByRole('heading', { name: 'Advice on habits' }) }).innerText()).toContain('14 days to go');
  await desk.close();
});

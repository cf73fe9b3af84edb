import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { counts, open, press, seatPage, sees, violations } from '../../widget/browser/browser';
import { scene } from '../../widget/browser/scene';
import { Desk } from './desk';

const stage = scene('[[organization]]\nid = "acme"\nname = "Acme Support"\nseats = 3\ntime_zone = "Europe/Berlin"\n');

test('history and quality show what was recorded, as chart, table and file', async () => {
  const pages = [];
  for (const name of ['1', '2', '3']) pages.push(await open(stage.context, seatPage(stage.server.origin, 'acme', name)));
  for (const page of pages) await sees(page, 'Active');
  const fourth = await open(stage.context, seatPage(stage.server.origin, 'acme', '4'));
  await sees(fourth, 'No seat is free');
  for (const page of pages) await press(page, 'Log out');
  await counts(stage.server, 'acme', { in_use: 0 });

  const context = await stage.fresh({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  const desk = await Desk.enter(context, stage.server, '#/acme/history?range=today&interval=1m');
  const { page } = desk;
  await desk.settled();
  await desk.shows('Peak', '3');
  await desk.shows('Logins', '3');
  await desk.shows('Refusals', '1');
  const chart = page.getByRole('img', { name: /^Seats in use/ });
  expect(await chart.getAttribute('aria-label')).toContain('The peak is 3 of 3');
  expect(await page.getByText('Not known').count()).toBeGreaterThan(0);
  expect(await page.getByText(/At least \d+ seats were needed/).count()).toBe(1);
  expect(await violations(page)).toEqual([]);

  const row = page.getByRole('group', { name: 'By day' }).locator('tbody tr');
  await expect.poll(() => row.allInnerTexts()).toEqual([expect.stringMatching(/\t3\t[\d.]+\t[\d–]\t3\t1$/)]);
  const panel = page.locator('.panel', { has: page.getByRole('heading', { name: 'Seats in use' }) });
  await panel.getByRole('button', { name: 'As a table' }).click();
  const peaks = await panel.locator('tbody tr td:nth-child(3)').allInnerTexts();
  expect(peaks).toContain('3');
  expect(peaks).toContain('–');
  const saving = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Seats in use as CSV' }).click();
  const file = await saving;
  expect(file.suggestedFilename()).toBe('acme-seats-in-use.csv');
  const lines = readFileSync((await file.path()) ?? '', 'utf8').trim().split('\r\n');
  expect(lines).toHaveLength(peaks.length + 1);
  expect(lines[0]).toMatch(/^From,To,Peak,/);

  // An hour is wide enough to be seen.
  await page.getByRole('combobox', { name: 'Interval' }).selectOption('Hours');
  await desk.settled();
  // Lines have colours; axes, grid and gaps have none.
  const coloured = (): Promise<number> =>
    chart.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      let found = 0;
      for (let at = 0; at < data.length; at += 4) {
        const [red = 0, , blue = 0, alpha = 0] = data.slice(at, at + 4);
        found += Number(alpha > 200 && Math.abs(red - blue) > 80);
      }
      return found;
    });
  await expect.poll(coloured, { timeout: 5_000 }).toBeGreaterThan(5);
  // Where the eye points, the numbers are told below; a press changes nothing.
  await chart.click({ position: { x: 60, y: 100 } });
  await expect.poll(() => panel.locator('.under').first().innerText(), { timeout: 5_000 }).toMatch(/: peak (\d|not known)/);
  await page.getByRole('button', { name: '12 months' }).click();
  await desk.settled();
  await desk.shows('Peak', '3');
  await desk.go('Quality');
  await desk.settled();
  expect(await page.locator('tr', { hasText: 'Logged out' }).innerText()).toMatch(/3\s+100 %/);
  await desk.go('Planning');
  await expect.poll(() => page.getByText('Advice starts after two weeks').first().innerText()).toContain('14 days to go');
  await desk.go('Overview');
  await desk.settled();
  expect(await page.getByRole('img', { name: /^Seats in use today: the peak is 3/ }).count()).toBe(1);
  expect(await page.locator('.panel', { has: page.getByRole('heading', { name: 'Next pressure point' }) }).innerText()).toContain('3 seats were in use');
  await desk.close();
});

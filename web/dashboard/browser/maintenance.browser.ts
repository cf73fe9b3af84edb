import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, open, seatPage, sees, violations } from '../../widget/browser/browser';
import { SeatServer } from '../../widget/browser/server';
import { Desk } from './desk';

let browser: Browser;
let server: SeatServer;

beforeAll(async () => {
  browser = await launch();
  server = await SeatServer.start('[[organization]]\nid = "acme"\nname = "Acme"\nseats = 3\n');
});
afterAll(async () => {
  await browser.close();
  await server.end();
});

test('a window is read at the widget, refuses logins while it runs, and is cancelled', async () => {
  const agents = await browser.newContext();
  const agent = await open(agents, seatPage(server.origin, 'acme', '1'));
  await sees(agent, 'Active');
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const desk = await Desk.enter(context, server, '#/acme/maintenance');
  const { page } = desk;
  await desk.settled();
  await page.getByLabel('Title').fill('Upgrade <b>now</b>');
  await page.getByLabel('Message to agents').fill('From noon on.');
  const begins = await page.getByLabel('From').inputValue();
  await page.getByLabel('From').fill(`2026-01-01${begins.slice(10)}`);
  await page.getByLabel('New logins').selectOption('refused');
  expect(await page.getByRole('group', { name: 'What agents will read' }).innerText()).toContain('You stay logged in. From noon on.');
  await page.getByRole('button', { name: 'Plan it' }).click();
  await expect.poll(() => page.getByText('● In progress').count(), { timeout: 20_000 }).toBe(1);
  expect(await violations(page)).toEqual([]);
  const text = (): Promise<string> => agent.evaluate(() => document.querySelector('mirabridge-seat')?.shadowRoot?.textContent ?? '');
  await expect.poll(text, { timeout: 10_000 }).toContain('From noon on.');

  await desk.go('Overview');
  const answer = (): Promise<string> => page.locator('.verdict').innerText();
  await expect.poll(answer, { timeout: 10_000 }).toContain('No: maintenance refuses new logins: Upgrade <b>now</b>');
  await desk.go('Maintenance');
  await page.getByRole('button', { name: 'Cancel…' }).click();
  await page.getByRole('button', { name: 'Cancel the window' }).click();
  await expect.poll(() => page.getByText('– Cancelled').count(), { timeout: 10_000 }).toBe(1);
  await desk.go('Overview');
  await expect.poll(answer, { timeout: 10_000 }).toContain('Yes: 2 seats are free');
  await desk.close();
  await context.close();
  await agents.close();
});

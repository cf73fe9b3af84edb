import type { BrowserContext } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { counts, open, press, seatPage, sees, violations } from '../../widget/browser/browser';
import { scene } from '../../widget/browser/scene';
import { SeatServer } from '../../widget/browser/server';
import { Desk, hash, VIEWER } from './desk';

const WITHIN = { timeout: 10_000, interval: 50 };
const MARKUP = '<img src=x onerror=alert(1)><b>Acme</b>';

const stage = scene(async () => {
  const server = await SeatServer.start(
    `[[organization]]\nid = "acme"\nname = "${MARKUP}"\nseats = 3\ntime_zone = "Asia/Kolkata"\nwaiting_line = { max = 5 }\n` +
      '[[organization]]\nid = "other"\nname = "Other"\nseats = 7\n' +
      `[[admin_token]]\nlabel = "viewer"\nrole = "viewer"\norg = "acme"\nhash = "${hash(VIEWER)}"\n` +
      `[[admin_token]]\nlabel = "ops"\nrole = "operator"\nhash = "${hash('at_ops')}"\n`,
  );
  server.token = 'at_ops';
  return server;
});
/** That of the dashboard, in another zone than the organization's. */
let profile: BrowserContext;
beforeEach(async () => {
  profile = await stage.fresh({ timezoneId: 'America/New_York' });
});

const agent = (name: string) => open(stage.context, seatPage(stage.server.origin, 'acme', name));

/** Its numbers: the class says also how good they are. */
const place = (box: string): string => box.slice(box.lastIndexOf(' '));

test('a token is pasted once, kept by the tab alone, and forgotten with it', async () => {
  const desk = await Desk.open(profile, stage.server);
  const { page } = desk;
  expect(await violations(page)).toEqual([]);
  await desk.paste('at_wrong');
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('not valid');
  await desk.paste(stage.server.token);
  await desk.says('● Live');
  const kept = () => page.evaluate(() => [Object.values(sessionStorage), Object.keys(localStorage).length, document.cookie] as const);
  expect(await kept()).toEqual([[stage.server.token], 0, '']);
  expect(page.url()).not.toContain(stage.server.token);

  await page.reload();
  await desk.says('● Live');
  const second = await Desk.open(profile, stage.server);
  await expect.poll(() => second.page.getByLabel('Admin token').isVisible()).toBe(true);
  await second.close();
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect.poll(() => page.getByLabel('Admin token').isVisible()).toBe(true);
  expect(await kept()).toEqual([[], 0, '']);
  await desk.close();
});

test('the first question is answered while agents come and go, in the organization’s time and without a jump', async () => {
  const desk = await Desk.enter(profile, stage.server);
  const { page } = desk;
  const answer = (): Promise<string> => page.locator('.verdict').innerText();
  expect(await answer()).toContain('Yes: 3 seats are free');
  expect(await page.getByLabel('Organization').locator('option').allInnerTexts()).toEqual([MARKUP, 'Other']);
  expect(await page.locator('main img, main b:has-text("Acme")').count()).toBe(0);
  await desk.settled();
  const alerts = () => page.locator('.bar .mark').evaluateAll((all) => all.map((mark) => mark.getAttribute('title')));
  await expect.poll(alerts).toEqual(['An alert from 1 seat on', 'An alert from 2 seats on', 'An alert from 3 seats on']);
  const boxes = (): Promise<readonly string[]> =>
    page.evaluate(() =>
      [...document.querySelectorAll('.panel, .tile, .bar, .plot, .badge, nav')].map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return `${element.className} ${[x, y, width, height].map(Math.round).join()}`;
      }),
    );
  const before = await boxes();
  expect(before.length).toBeGreaterThan(9);
  const one = await agent('1');
  await sees(one, 'Active');
  await agent('2');
  await agent('3');
  await expect.poll(answer, WITHIN).toContain('No: all 3 seats are in use');
  const fourth = await agent('4');
  await sees(fourth, 'No seat is free');
  await press(fourth, 'Wait for a seat');
  await sees(fourth, 'Waiting for a seat');
  await desk.shows('Refused', '✕ 1');
  await desk.shows('Waiting', '◔ 1');
  expect((await boxes()).map(place)).toEqual(before.map(place));
  await expect.poll(answer, WITHIN).toContain('one agent waits');
  await desk.shows('Peak today', '3');
  const zone = await page.locator('.zone').innerText();
  const here = new Date().toLocaleTimeString('en-GB', { timeZone: 'Asia/Kolkata', hour: '2-digit', minute: '2-digit' });
  expect(zone).toContain('Asia/Kolkata');
  expect(Math.abs(Number(zone.slice(-5, -3)) - Number(here.slice(-2))) % 59).toBeLessThanOrEqual(1);
  await press(one, 'Log out');
  await sees(fourth, 'Active');
  await desk.shows('Waiting', '0');
  expect((await boxes()).map(place)).toEqual(before.map(place));

  await page.getByLabel('Organization').selectOption('Other');
  await expect.poll(answer, WITHIN).toContain('7 seats are free');
  expect(page.url()).toContain('#/other/overview');
  await one.close();
  for (const left of stage.context.pages()) await press(left, 'Log out');
  await desk.close();
});

test('ending a session is seen at its widget, at once and with notice', async () => {
  const desk = await Desk.enter(profile, stage.server, '#/acme/sessions');
  const { page } = desk;
  await expect.poll(() => page.getByText('Nobody is logged in').isVisible()).toBe(true);
  const one = await agent('1');
  await sees(one, 'Active');
  const ends = page.getByRole('button', { name: /^End [0-9a-f]{6}$/ });
  await expect.poll(() => ends.count(), { timeout: 10_000 }).toBe(1);
  await ends.first().focus();
  await page.keyboard.press('Enter');
  expect(await page.getByRole('dialog').innerText()).toContain('cuts no call');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toMatch(/^End [0-9a-f]{6}$/);
  await sees(one, 'Active');

  await page.keyboard.press('Enter');
  await page.getByLabel('With notice').check();
  await page.getByLabel('seconds').fill('60');
  await page.getByRole('button', { name: 'End the session' }).click();
  await sees(one, 'An administrator ends this session');
  await ends.first().click();
  await page.getByRole('button', { name: 'End the session' }).click();
  await sees(one, 'Ended by an administrator');
  await expect.poll(() => page.getByText('Nobody is logged in').isVisible(), { timeout: 10_000 }).toBe(true);
  await desk.close();
});

test('the list follows while something changes all the time', async () => {
  const one = await agent('1');
  await sees(one, 'Active');
  const desk = await Desk.enter(profile, stage.server, '#/acme/sessions');
  const sum = (): Promise<string> => desk.page.locator('.sum').innerText();
  await expect.poll(sum).toBe('1 session');
  await one.evaluate(() => {
    const { seat } = document.querySelector('mirabridge-seat') as HTMLElement & { seat: { setOnCall: (on: boolean) => void } };
    let isOnCall = false;
    setInterval(() => seat.setOnCall((isOnCall = !isOnCall)), 1_000);
  });
  const two = await agent('2');
  await sees(two, 'Active');

  await expect.poll(sum, { timeout: 8_000 }).toBe('2 sessions');
  await desk.close();
});

test('under the pointer no row moves: one that ended stays as such, and goes when the pointer does', async () => {
  const pages = [];
  for (const name of ['1', '2', '3']) pages.push(await agent(name));
  for (const one of pages) await sees(one, 'Active');
  const desk = await Desk.enter(profile, stage.server, '#/acme/sessions');
  const { page } = desk;
  const rows = page.locator('.rows tbody tr:not(.space)');
  await expect.poll(() => rows.count(), { timeout: 10_000 }).toBe(3);
  await page.locator('.rows').hover();
  const names = (): Promise<readonly string[]> => rows.locator('code').allInnerTexts();
  const before = await names();
  const { items } = (await stage.server.ask('GET', '/organizations/acme/sessions')) as { readonly items: readonly { readonly id: string; readonly short_id: string }[] };
  const first = items.find((one) => one.short_id === before[0]);
  await stage.server.ask('DELETE', `/organizations/acme/sessions/${first?.id}`);

  await expect.poll(() => page.locator('.sum').innerText(), { timeout: 10_000 }).toContain('2 sessions');
  expect(await names()).toEqual(before);
  expect(await rows.first().innerText()).toContain('– Ended');
  expect(await rows.first().getByRole('button').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('navigation').hover();
  await expect.poll(names).toEqual(before.slice(1));
  await desk.close();
});

test('many are ended only by their number, and not if it is another one meanwhile', async () => {
  const one = await agent('1');
  await agent('2');
  await counts(stage.server, 'acme', { connected: 2 });
  const desk = await Desk.enter(profile, stage.server, '#/acme/sessions?state=connected');
  const { page } = desk;
  await expect.poll(() => page.locator('.sum').innerText()).toContain('2 sessions of 2');
  await page.getByRole('button', { name: 'End all that match' }).click();
  const sure = page.getByRole('button', { name: 'End 2 sessions' });
  await page.getByLabel('Type 2 to confirm').fill('3');
  expect(await sure.isDisabled()).toBe(true);
  await page.getByLabel('Type 2 to confirm').fill('2');
  const third = await agent('3');
  await sees(third, 'Active');
  await sure.click();
  await expect.poll(() => page.getByRole('dialog').innerText()).toContain('Meanwhile 3 sessions match. Nothing was done.');
  await counts(stage.server, 'acme', { connected: 3 });
  await page.getByRole('button', { name: 'Cancel' }).click();

  await expect.poll(() => page.locator('.sum').innerText(), { timeout: 10_000 }).toContain('3 sessions of 3');
  for (const box of await page.getByLabel(/^Select/).all()) await box.check();
  await page.getByRole('button', { name: 'End the selected' }).click();
  await page.getByLabel('Type 3 to confirm').fill('3');
  await page.getByRole('button', { name: 'End 3 sessions' }).click();
  await sees(one, 'Ended by an administrator');
  await sees(third, 'Ended by an administrator');
  await counts(stage.server, 'acme', { in_use: 0 });
  await desk.close();
});

test('who may only look is offered nothing else', async () => {
  const one = await agent('1');
  await sees(one, 'Active');
  const desk = await Desk.enter(profile, stage.server, '#/acme/sessions', VIEWER);
  const { page } = desk;
  await expect.poll(() => page.locator('.sum').innerText()).toContain('1 session');
  expect(await page.getByRole('button', { name: /^End/ }).count()).toBe(0);
  expect(await page.getByLabel('Organization').count()).toBe(0);
  expect(await page.locator('.who .name').innerText()).toBe(MARKUP);
  for (const name of ['Planning', 'Maintenance and alerts', 'Settings']) {
    await desk.go(name);
    await desk.settled();
    expect(await page.getByRole('button', { name: /^(Plan it|Save|Make a)/ }).count(), name).toBe(0);
  }
  await press(one, 'Log out');
  await desk.close();
});

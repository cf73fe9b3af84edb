import { expect, test } from 'vitest';
import { violations } from '../../widget/browser/browser';
import { scene } from '../../widget/browser/scene';
import { SeatServer } from '../../widget/browser/server';
import { Desk } from './desk';

const ACME = '/organizations/acme';

const stage = scene(async () => {
  const server = await SeatServer.start('');
  await server.ask('PUT', ACME, { seats: 5, name: 'Acme', time_zone: 'Europe/Berlin' });
  return server;
});

test('settings, keys, tokens and increases are changed where they are shown, and every change is in the log', async () => {
  const context = await stage.fresh({ viewport: { width: 1280, height: 900 } });
  const desk = await Desk.enter(context, stage.server, '#/acme/settings');
  const { page } = desk;
  await desk.settled();
  const save = page.getByRole('button', { name: 'Save' });
  expect(await save.isDisabled()).toBe(true);
  await page.getByLabel('Name', { exact: true }).fill('Acme <i>Support</i>');
  await page.getByLabel('Seats', { exact: true }).fill('7');
  await save.click();
  await expect.poll(() => page.getByText('✓ Saved.').count()).toBe(1);
  await expect.poll(() => page.locator('.who .name').innerText(), { timeout: 5_000 }).toBe('Acme <i>Support</i>');

  // What is paid for: until when, and what administrators may start alone. Seconds are not lost.
  await page.getByLabel('Seats may be used until').fill('2031-12-31T23:59:59');
  await page.getByLabel('Administrators may start increases').check();
  await page.getByLabel('So many seats at most').fill('3');
  // The page reads again what it has saved.
  const isRead = page.waitForResponse((answer) => answer.request().method() === 'GET' && answer.url().endsWith('/organizations/acme'));
  await save.click();
  await expect.poll(async () => ((await stage.server.ask('GET', ACME)) as { readonly settings: unknown }).settings, { timeout: 5_000 }).toMatchObject({
    allocation_ends: '2031-12-31T22:59:59Z', self_service: { seats: 3, days: 14 },
  });
  await isRead;
  await desk.settled();
  expect(await page.getByLabel('Seats may be used until').inputValue()).toBe('2031-12-31T23:59:59');
  expect(await page.getByRole('group', { name: 'Thresholds' }).innerText()).toMatch(/80 %\s+5\s+10 min/);

  // Somebody else changes it meanwhile: nothing is written over.
  await page.getByLabel('Grace after a lost line').fill('30');
  await stage.server.ask('PUT', ACME, { seats: 8 });
  await save.click();
  await expect.poll(() => page.getByRole('alert').allInnerTexts()).toContainEqual(expect.stringContaining('Somebody else changed this'));
  await expect.poll(() => page.getByLabel('Seats', { exact: true }).inputValue()).toBe('8');

  const keys = page.locator('.panel', { has: page.getByRole('heading', { name: 'Widget keys' }) });
  await keys.getByLabel('Label').fill('CRM');
  await keys.getByRole('button', { name: 'Make a key' }).click();
  const secret = await page.getByLabel('Secret').inputValue();
  expect(secret.length).toBeGreaterThan(30);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'I have it' }).click();
  await expect.poll(() => keys.locator('tbody tr').count()).toBe(1);
  expect(await page.content()).not.toContain(secret);

  const tokens = page.locator('.panel', { has: page.getByRole('heading', { name: 'Admin tokens' }) });
  await tokens.getByLabel('Label').fill('lead');
  await tokens.getByLabel('Role').selectOption('admin of acme');
  await tokens.getByRole('button', { name: 'Make a token' }).click();
  const admin = await page.getByLabel('Secret').inputValue();
  await page.getByRole('button', { name: 'I have it' }).click();

  // The new token asks for an increase, an operator confirms it, and the limit is higher at once.
  const other = await Desk.enter(stage.context, stage.server, '#/acme/planning', admin);
  await other.settled();
  await other.page.getByLabel('Seats on top').fill('4');
  const today = await other.page.getByLabel('From', { exact: true }).inputValue();
  await other.page.getByLabel('From', { exact: true }).fill(`2026-01-01${today.slice(10)}`);
  await other.page.getByRole('button', { name: 'Plan it' }).click();
  await expect.poll(() => other.page.getByText('? Requested: an operator').count()).toBe(1);
  await desk.go('Planning');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect.poll(() => page.getByText('● Running').count()).toBe(1);
  // Within the bounds nobody is asked.
  await other.page.getByLabel('Seats on top').fill('2');
  await other.page.getByLabel('From', { exact: true }).fill(today);
  await other.page.getByRole('button', { name: 'Plan it' }).click();
  await expect.poll(() => other.page.getByText('✓ Planned.').count()).toBe(1);
  await stage.server.ask('PUT', ACME, { allocation_ends: new Date(Date.now() - 1_000).toISOString() });
  await desk.go('Overview');
  await expect.poll(() => page.locator('.verdict').innerText()).toContain('No: the allocation of this organization is over');
  await desk.shows('Limit', '12');
  await expect.poll(() => page.locator('.tile', { hasText: 'Limit' }).innerText()).toMatch(/8 \+ 4 until/);

  await desk.go('Settings');
  await tokens.locator('tr', { hasText: 'lead' }).getByRole('button').click();
  await page.getByRole('button', { name: 'Revoke it' }).click();
  await expect.poll(() => other.page.getByText('not valid any more').count(), { timeout: 15_000 }).toBe(1);
  expect(await page.locator('.panel', { has: page.getByRole('heading', { name: 'Audit log' }) }).locator('tbody tr').count()).toBeGreaterThanOrEqual(6);
  await other.close();
  await desk.close();
});

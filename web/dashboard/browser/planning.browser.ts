import { expect, test } from 'vitest';
import { violations } from '../../widget/browser/browser';
import { scene } from '../../widget/browser/scene';
import { SeatServer } from '../../widget/browser/server';
import { Desk, VIEWER, hash } from './desk';

const OPS = 'at_ops';
const stage = scene(async () => {
  const token = (label: string, role: string, text: string) => `[[admin_token]]\nlabel = "${label}"\nrole = "${role}"\nhash = "${hash(text)}"\n${role === 'operator' ? '' : 'org = "acme"\n'}`;
  const server = await SeatServer.start(`[[organization]]\nid = "acme"\nname = "Acme"\nseats = 3\ntime_zone = "Europe/Berlin"\n${token('ops', 'operator', OPS)}${token('lead', 'admin', 'at_lead')}${token('eye', 'viewer', VIEWER)}`);
  server.token = OPS;
  return server;
});

test('an increase is planned from a day of the calendar by a template, stands there, and is removed again', async () => {
  const context = await stage.fresh({ viewport: { width: 1280, height: 900 } });
  const desk = await Desk.enter(context, stage.server, '#/acme/planning?month=2031-10');
  const { page } = desk;
  await desk.settled();
  expect(await page.getByText('○ No increase is planned.').count()).toBe(1);
  expect(await page.getByRole('heading', { name: 'October 2031' }).count()).toBe(1);
  // With the keyboard: from a day into the form.
  await page.getByRole('button', { name: 'Plan from Fri 24 Oct on' }).focus();
  await page.keyboard.press('Enter');
  const template = page.getByLabel('Template');
  await expect.poll(() => template.evaluate((element) => element === document.activeElement)).toBe(true);
  await template.selectOption('Event, three days');
  // Over the night in which the clocks go back.
  expect([await page.getByLabel('From', { exact: true }).inputValue(), await page.getByLabel('Until').inputValue()]).toEqual(['2031-10-24T06:00', '2031-10-26T22:00']);
  await page.getByLabel('Seats on top').fill('7');
  await page.getByLabel('Reason').fill('<i>Fair</i>');
  await page.getByRole('button', { name: 'Plan it' }).click();
  await expect.poll(() => page.getByText('✓ Planned.').count()).toBe(1);
  const day = (date: number) => page.locator('.calendar td:not(.other)').nth(date - 1);
  await expect.poll(() => day(24).innerText()).toMatch(/24\s+\+7\s+○ \+7 <i>Fair<\/i> 06:00–/);
  expect(await day(25).innerText()).toMatch(/○ \+7 <i>Fair<\/i>$/);
  expect(await day(27).innerText()).toBe('27');
  expect(await stage.server.ask('GET', '/organizations/acme/increases')).toMatchObject({ items: [{ from: '2031-10-24T04:00:00Z', until: '2031-10-26T21:00:00Z', state: 'scheduled' }] });
  expect(await violations(page)).toEqual([]);

  // What is only requested is there, and not in the sum.
  const lead = await Desk.enter(stage.context, stage.server, '#/acme/planning?month=2031-10', 'at_lead');
  await lead.settled();
  await lead.page.getByRole('button', { name: 'Plan from Sat 25 Oct on' }).click();
  await lead.page.getByLabel('Seats on top').fill('20');
  await lead.page.getByRole('button', { name: 'Plan it' }).click();
  await expect.poll(() => lead.page.locator('.calendar td:not(.other)').nth(24).innerText()).toMatch(/25\s+\+7\s.*\? \+20 Training/s);
  await lead.close();

  await page.getByRole('button', { name: 'On to November 2031' }).click();
  await expect.poll(() => page.getByRole('heading', { name: 'November 2031' }).count()).toBe(1);
  expect(page.url()).toContain('month=2031-11');
  await page.getByRole('button', { name: 'Remove…' }).first().click();
  await page.getByRole('button', { name: 'Remove it' }).click();
  await expect.poll(() => page.getByRole('group', { name: 'Increases' }).locator('tbody tr').count()).toBe(1);
  await desk.close();
});

test('who may only look sees the calendar and is offered no day', async () => {
  const desk = await Desk.enter(stage.context, stage.server, '#/acme/planning', VIEWER);
  await desk.settled();
  expect(await desk.page.locator('.calendar .today').count()).toBe(1);
  expect(await desk.page.getByRole('button', { name: /^Plan/ }).count()).toBe(0);
  await desk.close();
});

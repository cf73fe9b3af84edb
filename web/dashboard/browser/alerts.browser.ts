import { expect, test } from 'vitest';
import { open, seatPage, sees, violations } from '../../widget/browser/browser';
import { scene } from '../../widget/browser/scene';
import { Desk, VIEWER, hash } from './desk';

const ALERTS = '/organizations/acme/alerts';
const stage = scene(
  '[[organization]]\nid = "acme"\nname = "Acme <b>Support</b>"\nseats = 2\n[[organization]]\nid = "filed"\nseats = 50\nalert_levels = [70, 100]\n' +
    `[[admin_token]]\nlabel = "lead"\nrole = "operator"\nhash = "${hash('at_ops')}"\n[[admin_token]]\nlabel = "eye"\nrole = "viewer"\norg = "acme"\nhash = "${hash(VIEWER)}"\n`,
);

const enter = async (address: string, token = 'at_ops'): Promise<Desk> => {
  stage.server.token = 'at_ops';
  const context = await stage.fresh({ viewport: { width: 1280, height: 900 } });
  const desk = await Desk.enter(context, stage.server, address, token);
  await desk.settled();
  return desk;
};

test('rules that are set call when the seats run out, on every page that tells it, and it ends when one is free', async () => {
  const desk = await enter('#/acme/maintenance?part=alerts');
  const { page } = desk;
  expect(await page.getByText('✓ There was nothing to call about.').count()).toBe(1);
  await page.getByRole('button', { name: 'Remove level 2' }).click();
  await page.getByRole('button', { name: 'Remove level 2' }).click();
  await page.getByLabel('Called from, level 1').fill('50');
  await page.getByLabel('Held for, level 1').fill('0');
  await page.getByLabel('Over at, level 1').fill('20');
  await page.getByLabel('Left for, level 2').fill('1');
  const row = page.locator('.levels tbody tr').first();
  expect((await row.innerText()).match(/\d seats?/g)).toEqual(['1 seat', '0 seats']);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => page.getByText('✓ Saved.').count()).toBe(1);
  expect(await stage.server.ask('GET', ALERTS)).toMatchObject({ levels: [{ percent: 50, hold_s: 0, clear_percent: 20 }, { percent: 100, clear_hold_s: 1 }] });

  const overview = await enter('#/acme/overview');
  const strip = overview.page.locator('.notice.alert');
  await expect.poll(() => strip.innerText()).toContain('✓ No alert is open.');
  expect(await overview.page.locator('.gauge .marks').innerText()).toBe('alerts from 1, 2 seats on');
  const agents = [];
  for (const name of ['1', '2', '3']) agents.push(await open(stage.context, seatPage(stage.server.origin, 'acme', name)));
  await Promise.any(agents.map((agent) => sees(agent, 'No seat is free')));
  await expect.poll(() => strip.innerText(), { timeout: 15_000 }).toMatch(/✕ Critical alert since .*: the seats ran out, and 1 more/);
  expect(await violations(overview.page)).toEqual([]);

  const first = page.getByRole('group', { name: 'Incidents' }).locator('tbody tr').first();
  await expect.poll(() => first.innerText(), { timeout: 15_000 }).toMatch(/● Open.*✕ Critical/s);
  expect(await violations(page)).toEqual([]);
  await Promise.all(agents.map((agent) => agent.close()));
  await stage.server.clear();
  await expect.poll(() => first.innerText(), { timeout: 20_000 }).toMatch(/✓ Over.*✕ Critical.*✓ the seats ran out/s);
  await expect.poll(() => strip.innerText(), { timeout: 15_000 }).toContain('✓ No alert is open.');

  await page.getByRole('button', { name: 'The usual rules' }).click();
  await expect.poll(() => page.locator('.levels tbody tr').count()).toBe(4);
  await overview.close();
  await desk.close();
});

test('rules that somebody else changed are not written over; two levels at one share are not sent', async () => {
  const desk = await enter('#/acme/maintenance?part=alerts');
  const { page } = desk;
  await page.getByRole('button', { name: 'Add a level' }).click();
  await page.getByLabel('Called from, level 5').fill('80');
  expect(await page.getByText('✕ Two levels are at the same share.').count()).toBe(1);
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await page.getByLabel('Called from, level 5').fill('60');
  await page.getByLabel('Over at, level 5').fill('59');
  await stage.server.ask('PUT', ALERTS, { long_wait_s: 77 });
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => page.getByRole('alert').allInnerTexts()).toContainEqual(expect.stringContaining('Somebody else changed this'));
  await expect.poll(() => page.getByLabel('Or somebody waits').inputValue()).toBe('77');
  await desk.close();
});

test('shares of the configuration file stay; who may only look is offered no change', async () => {
  const filed = await enter('#/filed/maintenance?part=alerts');
  expect(await filed.page.getByLabel('Called from, level 1').isDisabled()).toBe(true);
  await filed.page.getByLabel('Held for, level 1').fill('5');
  await filed.page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => filed.page.getByText('✓ Saved.').count()).toBe(1);
  await filed.close();

  const viewer = await enter('#/acme/maintenance?part=alerts', VIEWER);
  expect(await viewer.page.getByLabel('Held for, level 1').isDisabled()).toBe(true);
  expect(await viewer.page.getByRole('button', { name: /Save|Add|Remove|usual/ }).count()).toBe(0);
  await viewer.close();
});

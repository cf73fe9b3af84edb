import { expect, test } from 'vitest';
import { launch, open, sees, violations } from './browser';
import { SeatServer } from './server';

test('the demonstration shows a full organization, a lost line, a duplicate and a logout', async () => {
  const server = await SeatServer.start('[[organization]]\nid = "demo"\nseats = 5\n[[organization]]\nid = "demo-two"\nseats = 2\n');
  const browser = await launch();
  const page = await open(await browser.newContext({ viewport: { width: 1180, height: 1000 } }), `${server.adminOrigin}/demo`);
  const boxes = page.locator('.agent');
  expect(await boxes.count()).toBe(6);
  expect(await violations(page)).toEqual([]);
  const frameAt = async (number: number) => (await (await boxes.nth(number).locator('iframe').first().elementHandle())?.contentFrame()) ?? page.mainFrame();
  const press = (number: number, name: string) => boxes.nth(number).getByRole('button', { name, exact: true }).click();
  const titles = () => Promise.all([0, 1, 2].map(async (number) => (await (await frameAt(number)).getByRole('alert').textContent()) !== ''));
  await expect.poll(titles, { timeout: 15_000 }).toContain(true);
  const refused = (await titles()).indexOf(true);
  const seated = refused === 0 ? 1 : 0;
  await sees(await frameAt(3), 'Active');

  await press(3, 'Lose the line');
  await sees(await frameAt(3), 'Connecting again');
  expect(await (await frameAt(3)).locator('mirabridge-seat').textContent()).not.toBeNull();
  if (process.env['MIRABRIDGE_PICTURES'] === '1') {
    await page.screenshot({ path: new URL('../../../docs/widget/demo.png', import.meta.url).pathname, fullPage: true });
  }
  await press(3, 'Line is back');
  await sees(await frameAt(3), 'Active');

  await press(4, 'Duplicate');
  await expect.poll(() => page.frames().length).toBeGreaterThan(7);
  const second = page.frames().at(-1);
  if (second) await sees(second, 'Active in another tab');

  await press(seated, 'Log out');
  await sees(await frameAt(seated), 'Logged out');
  await (await frameAt(refused)).getByRole('button', { name: 'Try again' }).click();
  await sees(await frameAt(refused), 'Active');
  await browser.close();
  await server.end();
});

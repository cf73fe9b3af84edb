import { expect, test } from 'vitest';
import { frameIn, open, press, sees, violations } from './browser';
import { picturesIn, scene } from './scene';
import { SeatServer } from './server';

const organization = (id: string, seats: number): string => `[[organization]]\nid = "${id}"\nseats = ${seats}\nwaiting_line = { max = 20 }\n`;
const stage = scene(() => SeatServer.start(organization('demo', 5) + organization('demo-two', 2), { liveness: 'grace = "60s"' }));

test('the demonstration shows a full organization, a line, a lost network, a second tab and a logout', async () => {
  const page = await open(await stage.fresh({ viewport: { width: 1180, height: 1000 } }), `${stage.server.adminOrigin}/demo`);
  const boxes = page.locator('.agent');
  const [two, five] = [page.locator('.seats').first(), page.locator('.seats').last()];
  const frame = (agent: number, tab = 0) => frameIn(boxes.nth(agent).locator('iframe').nth(tab));
  const does = (agent: number, name: string) => boxes.nth(agent).getByRole('button', { name, exact: true }).click();
  expect(await boxes.count()).toBe(6);
  await expect.poll(() => two.textContent(), { timeout: 15_000 }).toBe('2 of 2 seats are taken by the agents on this page');
  await expect.poll(() => five.textContent(), { timeout: 15_000 }).toBe('3 of 5 seats are taken by the agents on this page');
  expect(await violations(page)).toEqual([]);
  const isRefused = async (agent: number) => (await (await frame(agent)).getByRole('alert').textContent()) !== '';
  const refused = (await isRefused(0)) ? 0 : (await isRefused(1)) ? 1 : 2;
  const seated = refused === 0 ? 1 : 0;
  await sees(await frame(refused), 'No seat is free');

  await does(3, 'Lose the line');
  await sees(await frame(3), 'Connecting again');
  await does(4, 'Duplicate');
  await sees(await frame(4, 1), 'Active in another tab');
  expect(await five.textContent()).toContain('3 of 5');
  const pictures = picturesIn('widget');
  if (pictures) await page.screenshot({ path: `${pictures}demo.png`, fullPage: true });
  await does(3, 'Line is back');
  await sees(await frame(3), 'Active');
  await does(4, 'Close the second tab');
  await does(5, 'Freeze');
  await does(5, 'Thaw');
  await sees(await frame(5), 'Active');
  await does(5, 'Reload');
  await sees(await frame(5), 'Active');
  expect(await stage.server.numbers('demo')).toMatchObject({ in_use: 3 });

  await press(await frame(refused), 'Wait for a seat');
  await sees(await frame(refused), 'Waiting for a seat');
  await does(seated, 'Log out');
  await sees(await frame(seated), 'Logged out');
  await sees(await frame(refused), 'Active');
  expect(await two.textContent()).toContain('2 of 2');
  await does(5, 'Log out');
  await expect.poll(() => five.textContent()).toContain('2 of 5');
});

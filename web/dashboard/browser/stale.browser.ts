import { expect, test } from 'vitest';
import { open, seatPage, sees, violations } from '../../widget/browser/browser';
import { picturesIn, scene } from '../../widget/browser/scene';
import { Desk } from './desk';

const PICTURES = picturesIn('dashboard');

const stage = scene('[[organization]]\nid = "acme"\nname = "Acme Support"\nseats = 4\n');

test('a server that is gone leaves stale numbers on every page, and live ones when it is back, without a reload', async () => {
  const context = await stage.fresh({ viewport: { width: 1280, height: 900 } });
  const desk = await Desk.enter(context, stage.server);
  const { page } = desk;
  const agent = await open(stage.context, seatPage(stage.server.origin, 'acme', '1'));
  await sees(agent, 'Active');
  const answer = (): Promise<string> => page.locator('.verdict').innerText();
  await expect.poll(answer).toContain('3 seats are free');
  /** Of the numbers of the gauge and of the tiles. */
  const colours = (): Promise<readonly string[]> => page.locator('.sums b, .tile .figure').evaluateAll((all) => all.map((element) => getComputedStyle(element).color));
  const living = await colours();
  expect(living.length).toBe(9);
  await page.evaluate(() => Object.assign(window, { isSame: true }));

  await stage.server.stop('SIGKILL');
  await desk.says('⚠ Stale since \\d\\d:\\d\\d:\\d\\d', 20_000);
  expect(await answer()).toContain('3 seats are free');
  expect(await page.locator('.gauge h2').innerText()).toMatch(/As it was at \d\d:\d\d:\d\d/);
  // Nobody says that there is no alert who was not told so just now.
  await expect.poll(() => page.locator('.notice.alert').innerText(), { timeout: 15_000 }).toContain('○ Whether an alert is open is not known.');
  for (const [place, colour] of (await colours()).entries()) expect(colour).not.toBe(living[place]);
  expect(await violations(page)).toEqual([]);
  if (PICTURES) await page.screenshot({ path: `${PICTURES}stale.png`, clip: { x: 0, y: 0, width: 1280, height: 480 } });
  for (const title of ['Sessions', 'History', 'Quality', 'Planning', 'Maintenance and alerts', 'Settings', 'Overview']) {
    await desk.go(title);
    await desk.settled();
    await desk.says('⚠ Stale since');
    expect(await violations(page), title).toEqual([]);
  }
  expect(await answer()).toContain('3 seats are free');

  await stage.server.again();
  await desk.says('● Live', 20_000);
  await sees(agent, 'Active', 30_000);
  await expect.poll(answer, { timeout: 10_000 }).toContain('3 seats are free');
  expect(await colours()).toEqual(living);
  await desk.go('Sessions');
  await expect.poll(() => page.locator('.sum').innerText(), { timeout: 15_000 }).toContain('1 session');
  expect(await page.evaluate(() => 'isSame' in window)).toBe(true);
  await desk.close();
});

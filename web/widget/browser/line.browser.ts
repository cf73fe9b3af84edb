import { expect, test } from 'vitest';
import { counts, open, said, seatPage, sees, sessionOf, words } from './browser';
import { scene, shared } from './scene';
import { CuttableLine, SeatServer } from './server';

const stage = scene(() => SeatServer.start('[[organization]]\nid = "acme"\nseats = 30\n', { liveness: 'heartbeat = "5s"\nsilence_limit = "12s"\ngrace = "20s"' }));
const line = shared(
  () => CuttableLine.to(stage.server.listen),
  (one) => one.end(),
);

test('a network that goes and comes back costs nothing', async () => {
  const page = await open(stage.context, seatPage(line().origin, 'acme'));
  await sees(page, 'Active');
  const session = await sessionOf(page);
  await stage.context.setOffline(true);
  line().cut();
  await sees(page, 'No network');
  expect(await words(page)).toMatch(/The CRM widget stays usable\..*Your seat is kept for at least \d+ s\./);
  await counts(stage.server, 'acme', { in_use: 1, in_grace: 1 });

  line().mend();
  await stage.context.setOffline(false);

  await sees(page, 'Active');
  expect(await sessionOf(page)).toBe(session);
  await counts(stage.server, 'acme', { in_use: 1, connected: 1 });
});

test('a page that is frozen keeps its seat, and goes on when it thaws', async () => {
  const page = await open(stage.context, seatPage(line().origin, 'acme'));
  await sees(page, 'Active');
  const session = await sessionOf(page);
  const control = await stage.context.newCDPSession(page);
  await control.send('Page.setWebLifecycleState', { state: 'frozen' });
  await page.waitForTimeout(14_000);
  await counts(stage.server, 'acme', { in_use: 1 });

  await control.send('Page.setWebLifecycleState', { state: 'active' });

  await sees(page, 'Active');
  await page.waitForTimeout(4_000);
  expect(await said(page)).toBe('Active');
  expect(await sessionOf(page)).toBe(session);
});

test('a server that restarts finds all of twenty tabs back', async () => {
  const agents = Array.from({ length: 20 }, (_, number) => String(number));
  const pages = await Promise.all(agents.map((agent) => open(stage.context, seatPage(line().origin, 'acme', agent))));
  await counts(stage.server, 'acme', { in_use: 20, connected: 20 });

  await stage.server.restart();

  await counts(stage.server, 'acme', { in_use: 20, connected: 20 }, 60_000);
  await Promise.all(pages.map((page) => sees(page, 'Active', 30_000)));
});

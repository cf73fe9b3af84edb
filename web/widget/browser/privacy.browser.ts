import { expect, test } from 'vitest';
import { counts, open, press, seatPage, sees } from './browser';
import { hostPages, scene } from './scene';
import { SeatServer } from './server';

const page = (): string => `<!doctype html><title>A page</title><iframe src="${stage.server.origin}/widget/frame.html?org=acme"></iframe>`;
const host = hostPages(page);
const stranger = hostPages(page);
const stage = scene(async () => {
  // A free port first: the frame's own origin has to be in the list, since its login comes from there.
  const first = await SeatServer.start('[[organization]]\nid = "open"\nseats = 5\n');
  const { listen } = first;
  await first.end();
  const origins = `allowed_origins = ["${host().origin}", "http://${listen}"]`;
  return SeatServer.start(`[[organization]]\nid = "acme"\nseats = 5\n${origins}\n[[organization]]\nid = "open"\nseats = 5\n`, { listen });
});

test('a page of the list holds the frame, a foreign one gets nothing', async () => {
  const good = await open(stage.context, host().origin);
  await counts(stage.server, 'acme', { in_use: 1, connected: 1 });
  expect(good.frames().some((frame) => frame.url().includes('/widget/frame.html'))).toBe(true);

  const bad = await open(stage.context, stranger().origin);
  await bad.waitForTimeout(1_000);

  expect(bad.frames().map((frame) => frame.url())).not.toContainEqual(expect.stringContaining('/widget/'));
  expect(await stage.server.numbers('acme')).toMatchObject({ in_use: 1 });
});

test('a foreign page that loads the script itself is not let in', async () => {
  const page = await open(stage.context, stranger().origin);
  await page.addScriptTag({ url: `${stage.server.origin}/widget/seat.js` });
  await page.evaluate(
    ([url]) => {
      const { MiraBridgeSeat } = window as unknown as { MiraBridgeSeat: { connectSeat: (options: object) => unknown } };
      Object.assign(window, { seat: MiraBridgeSeat.connectSeat({ url, org: 'acme' }) });
    },
    [`ws://${stage.server.listen}/v1/seat`],
  );
  await expect
    .poll(() => page.evaluate('seat.state'))
    .toMatchObject({ kind: 'refused', code: 'origin_not_allowed', automatic: false });
});

test('there is no cookie, nothing in localStorage, and no request to another host', async () => {
  const hosts = new Set<string>();
  stage.context.on('request', (request) => hosts.add(new URL(request.url()).host));
  const page = await stage.context.newPage();
  page.on('websocket', (socket) => hosts.add(new URL(socket.url()).host));
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  await page.goto(seatPage(stage.server.origin, 'open'));
  await sees(page, 'Active');
  await page.reload();
  await sees(page, 'Active');

  expect([...hosts]).toEqual([stage.server.listen]);
  expect(await stage.context.cookies()).toEqual([]);
  const left = await page.evaluate(async () => [localStorage.length, (await indexedDB.databases()).length, (await caches.keys()).length]);
  expect(left).toEqual([0, 0, 0]);
  // The page's own policy blocks nothing of it.
  expect(complaints).toEqual([]);
  await press(page, 'Log out');
  await sees(page, 'Logged out');
  expect(await page.evaluate(() => Object.values(sessionStorage).join())).not.toMatch(/"secret"/);
});

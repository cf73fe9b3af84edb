import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { BareBrowser } from './bare';
import { counts, frameOf, open, press, said, seatPage, sees, sessionOf } from './browser';
import { hostPages, scene } from './scene';

const stage = scene('[[organization]]\nid = "acme"\nseats = 2\n');
const host = hostPages((path, origin) => {
  const agent = /\/agent-(\w+)/.exec(path)?.[1];
  const named = path === '/stranger' ? 'https://acme.example' : origin;
  const hidden = `#host=${encodeURIComponent(named)}&agent=${agent}`;
  return `<!doctype html><title>${path}</title><iframe src="${stage.server.origin}/widget/frame.html?org=acme${hidden}"></iframe>
    <script>let told = []; onmessage = ({ data, origin }) => told.push({ data, origin })</script>`;
});

const agentPage = (agent: string): Promise<Page> => open(stage.context, `${host().origin}/agent-${agent}`);

test('agents in a host page log in up to the cap, and one more is told so and gets the next free seat', async () => {
  const one = await frameOf(await agentPage('1'), stage.server.origin);
  const two = await frameOf(await agentPage('2'), stage.server.origin);
  await sees(one, 'Active');
  await sees(two, 'Active');
  const three = await frameOf(await agentPage('3'), stage.server.origin);
  await sees(three, 'No seat is free');
  expect(await three.getByRole('alert').textContent()).toContain(
    'All MiraBridge seats of your organization are in use. Genesys Cloud works as usual: you can take calls.',
  );
  await counts(stage.server, 'acme', { in_use: 2, connected: 2 });

  await press(one, 'Log out');
  await sees(one, 'Logged out');
  await counts(stage.server, 'acme', { in_use: 1, in_grace: 0 }, 1_000);
  await press(three, 'Try again');
  await sees(three, 'Active');
  await sees(one, 'Logged out');
});

test('the host page is told what it may use, and may log its agent out', async () => {
  const page = await agentPage('1');
  await sees(await frameOf(page, stage.server.origin), 'Active');
  const told = await page.evaluate('told.at(-1)');
  expect(told).toEqual({ data: { type: 'mirabridge.state', state: 'active', usable: true }, origin: stage.server.origin });

  await page.evaluate((origin) => document.querySelector('iframe')?.contentWindow?.postMessage({ type: 'mirabridge.logout' }, origin), stage.server.origin);

  await sees(await frameOf(page, stage.server.origin), 'Logged out');
  await counts(stage.server, 'acme', { in_use: 0 }, 1_000);
});

test('a page that is not the named host is not listened to', async () => {
  const page = await open(stage.context, `${host().origin}/stranger`);
  await sees(await frameOf(page, stage.server.origin), 'Active');
  await page.evaluate(() => document.querySelector('iframe')?.contentWindow?.postMessage({ type: 'mirabridge.logout' }, '*'));
  await page.waitForTimeout(500);
  expect(await said(await frameOf(page, stage.server.origin))).toBe('Active');
  expect(await page.evaluate('told')).toEqual([]);
});

test('a reload and a navigation keep the session and its seat', async () => {
  const page = await agentPage('1');
  await sees(await frameOf(page, stage.server.origin), 'Active');
  const session = await sessionOf(await frameOf(page, stage.server.origin));
  await page.reload();
  await sees(await frameOf(page, stage.server.origin), 'Active');
  expect(await sessionOf(await frameOf(page, stage.server.origin))).toBe(session);

  await page.goto(`${host().origin}/another/agent-1`);
  await sees(await frameOf(page, stage.server.origin), 'Active');

  expect(await sessionOf(await frameOf(page, stage.server.origin))).toBe(session);
  await counts(stage.server, 'acme', { in_use: 1, connected: 1 });
});

test('a renderer that crashes keeps its seat for the grace, and its tab takes it up again', async () => {
  const url = seatPage(stage.server.origin, 'acme');
  const page = await open(stage.context, url);
  await sees(page, 'Active');
  const control = await stage.context.newCDPSession(page);
  control.send('Page.crash').catch(() => undefined);
  await counts(stage.server, 'acme', { in_use: 1, connected: 0, in_grace: 1 });

  await control.send('Page.navigate', { url });

  // Had it logged in anew, two seats would be in use.
  await counts(stage.server, 'acme', { in_use: 1, connected: 1, in_grace: 0 });
});

test('a frame that may not store anything works from memory and says so', async () => {
  // Another site than the frame's, in a browser that lets no third party store anything.
  const page = await open(stage.context, `${host().origin.replace('127.0.0.1', 'localhost')}/agent-1`);
  const frame = await frameOf(page, stage.server.origin);
  await sees(frame, 'Active');
  const text = await frame.evaluate(() => document.querySelector('mirabridge-seat')?.shadowRoot?.querySelector('pre')?.textContent);
  expect(text).toMatch(/storage: memory\nlocks: false/);
  // A window of its own could not be told apart from a second tab.
  expect(await frame.getByRole('button').allTextContents()).toEqual(['Hand over my seat', 'Log out']);
});

test('a browser that is killed frees its seat after the grace, not before', async () => {
  const other = new BareBrowser();
  await other.open(seatPage(stage.server.origin, 'acme'));
  await counts(stage.server, 'acme', { in_use: 1, connected: 1 });
  const killed = Date.now();
  await other.kill();
  await counts(stage.server, 'acme', { in_use: 1, in_grace: 1 });
  await counts(stage.server, 'acme', { in_use: 0 });
  expect(Date.now() - killed).toBeGreaterThan(9_000);
});

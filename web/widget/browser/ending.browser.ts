import type { Frame, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { counts, frameOf, open, press, reads, sees, sessionOf, violations, words } from './browser';
import { hostPages, scene } from './scene';

const stage = scene('[[organization]]\nid = "acme"\nseats = 2\n');
const host = hostPages(
  (_, origin) => `<!doctype html><html lang="en"><title>CRM</title><main><h1>CRM</h1>
    <iframe title="Seat" src="${stage.server.origin}/widget/frame.html?org=acme#host=${encodeURIComponent(origin)}"></iframe></main>
    <script>let told = []; onmessage = ({ data }) => told.push(data.state + (data.usable ? ', usable' : ''))</script>`,
);

async function seated(): Promise<{ page: Page; frame: Frame }> {
  const page = await open(stage.context, host().origin);
  const frame = await frameOf(page, stage.server.origin);
  await sees(frame, 'Active');
  return { page, frame };
}

const onCall = (page: Page, is: boolean): Promise<void> =>
  page.evaluate(
    ([origin, on_call]) => document.querySelector('iframe')?.contentWindow?.postMessage({ type: 'mirabridge.on_call', on_call }, String(origin)),
    [stage.server.origin, is],
  );

test('an administrator ends a session at once: it stays ended, and a login is offered after the time shown', async () => {
  const { page, frame } = await seated();
  const session = await sessionOf(frame);

  await stage.server.endOnly('acme', { mode: 'now' });

  await sees(frame, 'Ended by an administrator');
  expect(await frame.getByRole('alert').textContent()).toContain('Genesys Cloud works as usual: you can take calls.');
  await reads(frame, /You can log in again in \d+ s\./);
  expect(await frame.getByRole('button', { name: 'Log in' }).count()).toBe(0);
  expect(await page.evaluate('told.at(-1)')).toBe('over');
  expect(await violations(page)).toEqual([]);
  await counts(stage.server, 'acme', { in_use: 0 }, 1_000);
  await page.reload();
  const again = await frameOf(page, stage.server.origin);
  await sees(again, 'Ended by an administrator');
  expect(await stage.server.numbers('acme')).toMatchObject({ in_use: 0 });

  await page.clock.setFixedTime(Date.now() + 61_000);
  await press(again, 'Log in');

  await sees(again, 'Active');
  expect(await sessionOf(again)).not.toBe(session);
});

test('an ending that waits for the call lets the agent work until the call is over', async () => {
  const { page, frame } = await seated();
  await onCall(page, true);
  await counts(stage.server, 'acme', { on_call: 1 });

  await stage.server.endOnly('acme', { mode: 'after_call' });

  await sees(frame, 'An administrator ends this session');
  await reads(frame, /The CRM widget can be used until then\..*It ends after your call\./);
  expect(await page.evaluate('told.at(-1)')).toBe('active, usable');
  await page.reload();
  const again = await frameOf(page, stage.server.origin);
  await sees(again, 'An administrator ends this session');
  await counts(stage.server, 'acme', { in_use: 1, connected: 1 });

  await onCall(page, false);

  await sees(again, 'Ended by an administrator');
  await counts(stage.server, 'acme', { in_use: 0 }, 1_000);
});

test('an ending with notice counts down, through a reload as well', async () => {
  const { page, frame } = await seated();

  await stage.server.endOnly('acme', { mode: 'notice', notice_s: 6 });

  await sees(frame, 'An administrator ends this session');
  await reads(frame, /It ends in [1-6] s\./);
  await page.reload();
  const again = await frameOf(page, stage.server.origin);
  await sees(again, 'An administrator ends this session');
  await reads(again, /It ends in [1-6] s\./);

  await sees(again, 'Ended by an administrator');
  expect(await words(again)).not.toMatch(/It ends in/);
  await counts(stage.server, 'acme', { in_use: 0 }, 1_000);
});

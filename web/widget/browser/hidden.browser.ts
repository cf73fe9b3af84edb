import { expect, test } from 'vitest';
import { BareBrowser } from './bare';
import { seatPage } from './browser';
import { SeatServer } from './server';

/** Chrome lets a hidden page's timers run once a minute. */
const HIDDEN_MS = process.env['MIRABRIDGE_LONG'] === '1' ? 600_000 : 70_000;

test('a page that nobody looks at keeps its line', async () => {
  const server = await SeatServer.start('[[organization]]\nid = "acme"\nseats = 1\n', { liveness: '' });
  const browser = new BareBrowser();
  try {
    const page = await browser.open(seatPage(server.origin, 'acme'));
    const shown = (part: string): Promise<unknown> =>
      page.evaluate(`document.querySelector('mirabridge-seat')?.shadowRoot?.querySelector('${part}')?.textContent`);
    await expect.poll(() => shown('[part=title]'), { timeout: 15_000 }).toBe('Active');
    const session = /session: \w+/.exec(String(await shown('pre')))?.[0];
    const other = await browser.open('about:blank');
    await other.bringToFront();
    await expect.poll(() => page.evaluate('document.visibilityState')).toBe('hidden');

    const end = Date.now() + HIDDEN_MS;
    while (Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(await server.numbers('acme')).toMatchObject({ in_use: 1, connected: 1, in_grace: 0 });
    }

    expect(await page.evaluate('document.visibilityState')).toBe('hidden');
    expect(await shown('[part=title]')).toBe('Active');
    await page.evaluate(`document.querySelector('mirabridge-seat').refresh()`);
    expect(await shown('pre')).toContain(session);
  } finally {
    await browser.end();
    await server.end();
  }
});

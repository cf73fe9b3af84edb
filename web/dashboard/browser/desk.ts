/** The dashboard in the real browser, watched for what it must never do. */

import { createHash } from 'node:crypto';
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { SeatServer } from '../../widget/browser/server';

export const VIEWER = 'at_viewer_of_acme';
export const hash = (token: string): string => `sha256:${createHash('sha256').update(token).digest('hex')}`;

/** What happened that must not: to be empty at the end. */
export class Desk {
  readonly wrong: string[] = [];

  private constructor(readonly page: Page) {}

  /** The entry of `server`'s dashboard. */
  static async open(context: BrowserContext, server: SeatServer, address = ''): Promise<Desk> {
    return Desk.openIn(await context.newPage(), server, address);
  }

  private static async openIn(page: Page, server: SeatServer, address: string): Promise<Desk> {
    const desk = new Desk(page);
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith('blob:') && new URL(url).origin !== server.adminOrigin) desk.wrong.push(`asks ${url}`);
      if (url.includes(server.token) || url.includes(VIEWER)) desk.wrong.push('a token in an address');
    });
    page.on('pageerror', (error) => desk.wrong.push(String(error.stack)));
    page.on('dialog', (dialog) => (desk.wrong.push(`a dialog: ${dialog.message()}`), void dialog.dismiss()));
    await page.exposeFunction('violated', (what: string) => desk.wrong.push(`policy: ${what}`));
    await page.addInitScript(() =>
      addEventListener('securitypolicyviolation', (event) => {
        void (window as unknown as { violated: (what: string) => void }).violated(`${event.violatedDirective} ${event.blockedURI}`);
      }),
    );
    await page.goto(`${server.adminOrigin}/${address}`);
    return desk;
  }

  /** The same, with a token. */
  static async enter(context: BrowserContext, server: SeatServer, address = '', token = server.token): Promise<Desk> {
    return Desk.enterIn(await context.newPage(), server, address, token);
  }

  /** The same, in a page that was made ready for something. */
  static async enterIn(page: Page, server: SeatServer, address = '', token = server.token): Promise<Desk> {
    const desk = await Desk.openIn(page, server, address);
    await desk.paste(token);
    await desk.says('● Live');
    return desk;
  }

  async paste(token: string): Promise<void> {
    await this.page.getByLabel('Admin token').fill(token);
    await this.page.getByRole('button', { name: 'Open' }).click();
  }

  /** What the badge says. */
  async says(start: string, withinMs = 15_000): Promise<void> {
    const badge = this.page.locator('.badge [role=status]');
    await expect.poll(() => badge.textContent(), { timeout: withinMs, interval: 100 }).toMatch(new RegExp(`^${start}`));
  }

  /** The number of a tile. */
  tile(name: string): Promise<string> {
    return this.page.locator('.tile', { has: this.page.getByText(name, { exact: true }) }).locator('.figure').innerText();
  }

  async shows(name: string, value: string): Promise<void> {
    await expect.poll(() => this.tile(name), { timeout: 10_000, interval: 50 }).toBe(value);
  }

  async go(page: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name: page, exact: true }).click();
    await this.arrived(page);
  }

  arrived(page: string): Promise<void> {
    return expect.poll(() => this.page.title(), { timeout: 5_000, interval: 20 }).toMatch(new RegExp(`^${page} `));
  }

  /** Until nothing of the page is loading any more. */
  async settled(): Promise<void> {
    await expect.poll(() => this.page.locator('[aria-busy=true]').count(), { timeout: 10_000, interval: 50 }).toBe(0);
  }

  async close(): Promise<void> {
    await this.page.close();
    expect(this.wrong).toEqual([]);
  }
}

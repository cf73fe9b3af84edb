/** The real browser. */

import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Frame, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { executablePath, flags } from './chromium';
import type { Numbers, SeatServer } from './server';

export const launch = (): Promise<Browser> => chromium.launch({ executablePath, args: [...flags] });

/** The widget's frame in a host page. */
export async function frameOf(page: Page, origin: string): Promise<Frame> {
  await page.waitForSelector('iframe');
  const frame = page.frames().find((one) => one.url().startsWith(origin));
  if (!frame) throw new Error('no frame');
  return frame;
}

export async function frameIn(place: Locator): Promise<Frame> {
  const frame = await (await place.elementHandle())?.contentFrame();
  if (!frame) throw new Error('no frame');
  return frame;
}

/** The frame page as a page of its own, for one agent of `org`. */
export const seatPage = (origin: string, org: string, agent = ''): string => `${origin}/widget/frame.html?org=${org}#agent=${agent}`;

export async function open(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** What the element says, title and text, whichever region it stands in. */
export const said = (page: Page | Frame): Promise<string> =>
  page.evaluate(() => document.querySelector('mirabridge-seat')?.shadowRoot?.querySelector('[part=title]')?.textContent ?? '');

/** Everything that stands in the element, the part that counts down included. */
export const words = (page: Page | Frame): Promise<string> =>
  page.evaluate(() => document.querySelector('mirabridge-seat')?.shadowRoot?.textContent ?? '');

export async function reads(page: Page | Frame, wanted: RegExp, withinMs = 15_000): Promise<void> {
  await expect.poll(() => words(page).catch(() => ''), { timeout: withinMs, interval: 50 }).toMatch(wanted);
}

export async function sees(page: Page | Frame, title: string, withinMs = 15_000): Promise<void> {
  await expect.poll(() => said(page).catch(() => ''), { timeout: withinMs, interval: 50 }).toBe(title);
}

export const press = (page: Page | Frame, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

export async function counts(server: SeatServer, org: string, wanted: Partial<Numbers>, withinMs = 20_000): Promise<void> {
  await expect.poll(() => server.numbers(org), { timeout: withinMs, interval: 50 }).toMatchObject(wanted);
}

/** The id of the session, shortened, from the diagnostics. */
export const sessionOf = (page: Page | Frame): Promise<string> =>
  page.evaluate(() => {
    const text = document.querySelector('mirabridge-seat')?.shadowRoot?.querySelector('pre')?.textContent ?? '';
    return /session: (\w+)/.exec(text)?.[1] ?? '';
  });

interface Axe {
  readonly run: () => Promise<{ readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[] }>;
}

/** What axe finds wrong with a page; frames of another origin are pages of their own. */
export async function violations(page: Page): Promise<unknown> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { readonly axe: Axe }).axe.run();
    return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
  });
}

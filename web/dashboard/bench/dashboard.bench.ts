/** How fast the dashboard is: prints figures, judges nothing. */

import { execFileSync } from 'node:child_process';
import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { scene } from '../../widget/browser/scene';
import { binary, SeatServer } from '../../widget/browser/server';
import { Desk } from '../browser/desk';

const ROUNDS = 9;
const WEEKS = '53';
const PEOPLE = '500';
const SESSIONS = 10_000;

const stage = scene(() =>
  SeatServer.start(`[[organization]]\nid = "demo"\nname = "Acme Support"\nseats = 310\ntime_zone = "Europe/Berlin"\n[[organization]]\nid = "many"\nseats = ${SESSIONS}\n`, {
    liveness: '',
    fill: (folder) => void execFileSync(binary, ['demo-history', '--weeks', WEEKS, '--agents', PEOPLE, '--seats', '310', '--time-zone', 'Europe/Berlin', '--data-dir', folder]),
  }),
);

const sorted = (all: readonly number[]): readonly number[] => [...all].sort((one, other) => one - other);
const at = (all: readonly number[], share: number): number => sorted(all)[Math.min(all.length - 1, Math.floor(all.length * share))] ?? 0;
const ms = (value: number): string => `${Math.round(value)} ms`;
const say = (what: string, figures: string): void => console.log(`${what}: ${figures}`);
const middle = (all: readonly number[]): string => `median ${ms(at(all, 0.5))}, worst ${ms(at(all, 1))} of ${all.length}`;

/** A fresh profile whose tab has the token already. */
async function opened(hash: string): Promise<{ readonly context: BrowserContext; readonly page: Page }> {
  const context = await stage.fresh({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript((token) => sessionStorage.setItem('mirabridge-admin-token', token), stage.server.token);
  await page.goto(`${stage.server.adminOrigin}/${hash}`, { waitUntil: 'commit' });
  return { context, page };
}

/** Milliseconds from the navigation until `selector` is there. */
async function until(page: Page, selector: string): Promise<number> {
  await page.waitForSelector(selector);
  return page.evaluate(() => performance.now());
}

test.each([
  ['Overview', '#/demo/overview', '.verdict', '.plot canvas'],
  ['History of 12 months', '#/demo/history?range=12m', 'h2', '.plot canvas'],
  ['Planning', '#/demo/planning', 'h2', '.verdict'],
] as const)('%s with 12 months of history', async (name, hash, numbers, chart) => {
  const times: { first: number[]; numbers: number[]; chart: number[] } = { first: [], numbers: [], chart: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const { context, page } = await opened(hash);
    times.numbers.push(await until(page, numbers));
    times.chart.push(await until(page, chart));
    times.first.push(await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN));
    await context.close();
  }
  say(`${name}, first paint`, middle(times.first));
  say(`${name}, ${numbers}`, middle(times.numbers));
  say(`${name}, ${chart}`, middle(times.chart));
});

interface Watched {
  shifts: number;
  longest: number;
}

/** Sums up from here on how far things jump, and how long the page was busy at a stretch. */
const watch = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const seen: Watched = { shifts: 0, longest: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.shifts += (entry as PerformanceEntry & { readonly value: number }).value;
    }).observe({ type: 'layout-shift' });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.longest = Math.max(seen.longest, entry.duration);
    }).observe({ type: 'longtask' });
  });
const moves = ({ shifts, longest }: Watched): string => `layout shifts ${shifts.toFixed(4)}, ${longest === 0 ? 'no task of 50 ms or more' : `longest task ${ms(longest)}`}`;
const watched = (page: Page): Promise<Watched> => page.evaluate(() => (window as unknown as { readonly seen: Watched }).seen);

test(`a list of ${SESSIONS} sessions that come and go, and the overview beside it`, async () => {
  stage.server.fleet('many', SESSIONS);
  await expect.poll(async () => (await stage.server.numbers('many')).in_use, { timeout: 240_000, interval: 1_000 }).toBeGreaterThan(SESSIONS * 0.9);
  const context = await stage.fresh({ viewport: { width: 1280, height: 900 } });
  const overview = await Desk.enter(context, stage.server, '#/many/overview');
  await overview.page.waitForTimeout(5_000);
  await watch(overview.page);
  const before = await overview.page.locator('.sums').innerText();
  await overview.page.waitForTimeout(30_000);
  expect(await overview.page.locator('.sums').innerText()).not.toBe(before);
  const moved = await watched(overview.page);
  say('Overview, 30 s of changes', moves(moved));
  await overview.close();

  const desk = await Desk.enter(context, stage.server, '#/many/sessions');
  const { page } = desk;
  await page.waitForSelector('.rows tbody tr:not(.space)');
  await page.waitForTimeout(2_000);
  await page.locator('.rows').hover();
  await watch(page);
  const { frames, rows } = await page.evaluate(async () => {
    const list = document.querySelector('.rows');
    const frames: number[] = [];
    const start = performance.now();
    for (let last = start; last - start < 15_000; ) {
      list?.scrollBy(0, 120);
      const now = await new Promise<number>((drawn) => requestAnimationFrame(drawn));
      frames.push(now - last);
      last = now;
      if (list && list.scrollTop + list.clientHeight >= list.scrollHeight - 1) list.scrollTo(0, 0);
    }
    return { frames: frames.slice(1), rows: Number(list?.querySelector('table')?.getAttribute('aria-rowcount')) - 1 };
  });
  const list = await watched(page);
  say(`${rows} sessions, 15 s of scrolling, a frame`, `median ${ms(at(frames, 0.5))}, p99 ${ms(at(frames, 0.99))}, worst ${ms(at(frames, 1))} of ${frames.length}`);
  say(`${rows} sessions, meanwhile`, moves(list));
  await desk.close();
});
